// First step of `npm test`: what the tests need beside npm is installed where that is allowed (Debian, as root), else said.
import { spawnSync } from 'node:child_process';

type Tool = { command: string; probe: string[]; debianPackage: string; without: string };

const TOOLS: readonly Tool[] = [
  {
    command: 'java',
    probe: ['-version'],
    debianPackage: 'default-jre-headless',
    without: "the store's contract is tested against dynalite only, not against Amazon's DynamoDB Local",
  },
];
const QUIET = ['-y', '-qq', '--no-install-recommends'];

const has = ({ command, probe }: Tool) => spawnSync(command, probe).status === 0;
const mayInstall = () => process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;

for (const tool of TOOLS) {
  if (has(tool)) continue;
  if (mayInstall()) {
    console.log(`installing ${tool.debianPackage}, as ${tool.command} is missing …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
    spawnSync('apt-get', ['install', ...QUIET, tool.debianPackage], { stdio: 'inherit', env });
    if (has(tool)) continue;
  }
  console.warn(`SKIPPED: ${tool.command} is missing (Debian: ${tool.debianPackage}): ${tool.without}`);
  if (process.env.CI === 'true') process.exitCode = 1;
}
