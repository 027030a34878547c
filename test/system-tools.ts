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
  {
    command: 'chromium',
    probe: ['--version'],
    debianPackage: 'chromium',
    without: 'no browser shows whether live video is seen',
  },
  {
    command: 'nginx',
    probe: ['-v'],
    debianPackage: 'nginx',
    without: 'its configuration for the video door is untested',
  },
  {
    command: 'caddy',
    probe: ['version'],
    debianPackage: 'caddy',
    without: 'its configuration for the video door is untested',
  },
  {
    command: 'openssl',
    probe: ['version'],
    debianPackage: 'openssl',
    without: 'the TLS proxies cannot be tried, as nothing makes their certificate',
  },
  {
    command: 'systemd-analyze',
    probe: ['--version'],
    debianPackage: 'systemd',
    without: 'neither the services of the VM nor install.sh are tried',
  },
  {
    command: 'shellcheck',
    probe: ['--version'],
    debianPackage: 'shellcheck',
    without: 'the shell scripts of the VM are unchecked',
  },
];
const QUIET = ['-y', '-qq', '--no-install-recommends'];

const has = ({ command, probe }: Tool) => spawnSync(command, probe).status === 0;
const mayInstall = () => process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;

const missing = TOOLS.filter((tool) => !has(tool));
if (missing.length > 0 && mayInstall()) {
  const packages = missing.map(({ debianPackage }) => debianPackage);
  console.log(`installing ${packages.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  spawnSync('apt-get', ['install', ...QUIET, ...packages], { stdio: 'inherit', env });
}
for (const tool of missing.filter((tool) => !has(tool))) {
  console.warn(`SKIPPED: ${tool.command} is missing (Debian: ${tool.debianPackage}): ${tool.without}`);
  if (process.env.CI === 'true') process.exitCode = 1;
}
