import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** CommonJS inside an ESM bundle still asks for `require`. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export type Bundle = { path: string; bytes: number; remove(): void };

/** Bundled as the VM's programs are: minified ESM for Node 24, all included but digest-fetch's optional node-fetch. */
export async function bundle(entry: string, external: string[] = ['node-fetch']): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'gate-bundle-'));
  const path = join(folder, 'index.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external,
    banner: { js: BANNER },
  });
  return { path, bytes: statSync(path).size, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
