// How our code becomes what is deployed: minified ESM for Node 24 with all that it needs there.
import { execFileSync, type StdioOptions } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfiguredCamera } from '../configured-cameras.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** In every bundle beside the code; it holds names of passwords, never a password. */
export const CAMERAS_FILE = 'cameras.json';

/** The SDK loads them only where its environment holds no keys, and Lambda's always does: a sixth of a cold start. */
const OTHER_CREDENTIALS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];
/** What functions are bundled without; `node-fetch` is digest-fetch's optional import, which is not installed. */
export const EXTERNAL = ['node-fetch', ...OTHER_CREDENTIALS];
export const TARGET = 'node24';
export const MAIN_FIELDS = ['module', 'main'];
/** CommonJS inside an ESM bundle still asks for `require`. */
export const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** What `npm run bundle` writes; its own name for the folder. */
export const BRIDGE_FOLDER = 'gate-camera-bridge';

/** The VM's bundle as on any machine, and beside it what only this VM needs: its boot script and its cameras. */
export function bundleBridge(folder: string, cameras: readonly ConfiguredCamera[]): void {
  // In a process of its own: cdk/ knows nothing of the bridge but how it is packed.
  const stdio: StdioOptions = ['ignore', process.stderr, 'inherit'];
  execFileSync('npx', ['tsx', 'bridge/host/bundle-main.ts', folder], { cwd: ROOT, stdio });
  // The same bytes once more, which would only be carried about.
  for (const archive of globSync('*.tar.gz', { cwd: folder })) rmSync(join(folder, archive));
  cpSync(join(ROOT, 'cdk/boot/boot.sh'), join(folder, 'boot.sh'));
  writeCameras(folder, cameras);
}

/** The cameras as the functions and the bridge read them; returns the file's path. */
export function writeCameras(folder: string, cameras: readonly ConfiguredCamera[]): string {
  const path = join(folder, CAMERAS_FILE);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, JSON.stringify(cameras, null, 2));
  return path;
}
