// What a VM runs, as one folder and one tar.gz: the processes as single files for Node alone, and what installs them.
// No native code is in it, so the same bytes serve arm64 and x64; the same input gives the same hash on any machine.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type PackedFile, tarball } from './tarball.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = 'bridge/host';
/** Each becomes `<name>.mjs`. */
const PROGRAMS = {
  bridge: 'bridge/main.ts',
  media: 'bridge/media/main.ts',
  'watch-door': 'bridge/host/door/main.ts',
  'install-mediamtx': 'bridge/media/mediamtx/install-main.ts',
  doctor: 'bridge/doctor/main.ts',
  'check-config': 'bridge/host/check-config-main.ts',
  'take-settings': 'bridge/host/take-settings-main.ts',
};
/** Of `bridge/host`, beside the programs: what a machine is set up with. */
const FOR_THE_MACHINE = ['install.sh', 'surroundings.sh', 'releases.sh', 'README.md', 'units', 'proxy', 'identity'];
/** How camera and router are set, and why: who is at the gate has the machine, but not the repository. */
const CAMERA_GUIDE = 'bridge/doctor/camera-guide.md';
/** CommonJS inside an ESM bundle still asks for `require`. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const HASH_CHARACTERS = 16;
const FILE_MODE = 0o644;
const PROGRAM_MODE = 0o755;

/** `hash` names the content: it is in the archive's name, in `VERSION`, and the release folder's name on the VM. */
export type Bundle = { folder: string; archive: string; hash: string };

/** Writes `<out>/gate-camera-bridge-<hash>.tar.gz` and, unpacked, `<out>/gate-camera-bridge/`; both replace older ones. */
export async function buildBundle(out: string): Promise<Bundle> {
  const guide = packed('host/camera-guide.md', CAMERA_GUIDE);
  const content = [...(await programs()), ...machineFiles(), guide, packed('LICENSE', 'LICENSE')];
  const hash = hashOf(content);
  const files = [...content, { name: 'VERSION', bytes: Buffer.from(`${hash}\n`), mode: FILE_MODE }];

  const folder = join(out, 'gate-camera-bridge');
  rmSync(folder, { recursive: true, force: true });
  for (const { name, bytes, mode } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes, { mode });
  }
  for (const old of readdirSync(out)) if (/^gate-camera-bridge-.*\.tar\.gz$/.test(old)) rmSync(join(out, old));
  const archive = join(out, `gate-camera-bridge-${hash}.tar.gz`);
  writeFileSync(archive, tarball(files));
  return { folder, archive, hash };
}

async function programs(): Promise<PackedFile[]> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(PROGRAMS).map(([name, path]) => ({ in: path, out: name })),
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // An optional dependency of digest-fetch that is never reached: requests have a transport of our own.
    external: ['node-fetch'],
    banner: { js: BANNER },
  });
  return outputFiles.map(({ path, contents }) => ({
    name: relative(join(ROOT, 'out'), path),
    bytes: Buffer.from(contents),
    mode: FILE_MODE,
  }));
}

function machineFiles(): PackedFile[] {
  return FOR_THE_MACHINE.flatMap((entry) => filesBelow(join(HOST, entry))).map((path) =>
    packed(join('host', relative(HOST, path)), path),
  );
}

function filesBelow(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function packed(name: string, path: string): PackedFile {
  return { name, bytes: readFileSync(join(ROOT, path)), mode: path.endsWith('install.sh') ? PROGRAM_MODE : FILE_MODE };
}

function hashOf(files: readonly PackedFile[]): string {
  const hash = createHash('sha256');
  for (const { name, bytes, mode } of files.toSorted((one, other) => (one.name < other.name ? -1 : 1)))
    hash.update(`${name}\0${mode}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, HASH_CHARACTERS);
}
