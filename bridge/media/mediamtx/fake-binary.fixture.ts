// The least that can be taken for MediaMTX by what starts it: a version, an API that says it is there, a way to end.
import { spawnSync } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Life =
  /** Serves until SIGTERM. */
  | { kind: 'serves' }
  /** Does not care for SIGTERM. */
  | { kind: 'stubborn' }
  /** Serves, and ends by itself at once. */
  | { kind: 'ends'; code: number; says?: string }
  /** Ends before it serves. */
  | { kind: 'fails'; code: number; says: string };

/** A program to run by its path, as MEDIAMTX_BIN would name it. */
export async function fakeBinary(folder: string, life: Life, version = 'v1.16.1'): Promise<string> {
  const path = join(folder, `mediamtx-${life.kind}-${version}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(
    path,
    `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
if (process.argv[2] === '--version') {
  console.log(${JSON.stringify(version)});
  process.exit();
}
const life = ${JSON.stringify(life)};
const { apiAddress } = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
const say = (level, message) => console.log(JSON.stringify({ timestamp: 't', level, message }));
if (life.kind === 'fails') {
  console.log(life.says);
  process.exit(life.code);
}
process.on('SIGTERM', () => life.kind !== 'stubborn' && process.exit(0));
say('INF', 'environment of ' + Object.keys(process.env).length);
const [host, port] = apiAddress.split(':');
const server = createServer((request, response) => {
  response.setHeader('Connection', 'close');
  response.end(JSON.stringify({ version: ${JSON.stringify(version)}, pageCount: 0, items: [] }));
  if (life.kind === 'ends') {
    if (life.says) say('ERR', life.says);
    setTimeout(() => process.exit(life.code), 20);
  }
});
server.on('error', () => {
  say('ERR', 'listen tcp ' + apiAddress + ': bind: address already in use');
  process.exit(1);
});
server.listen(Number(port), host);
`,
  );
  return path;
}

const STAND_IN = fileURLToPath(new URL('../../../test/mediamtx/main.ts', import.meta.url));

/** The MediaMTX to test with: the real one where it is (MEDIAMTX_BIN, the PATH), else the stand-in, which keeps its quirks. */
export async function binaryHere(): Promise<string> {
  const { MEDIAMTX_BIN, PATH = '' } = process.env;
  const candidates = [MEDIAMTX_BIN ?? '', ...PATH.split(delimiter).map((folder) => join(folder, 'mediamtx'))];
  for (const candidate of candidates) {
    if (candidate !== '' && spawnSync(candidate, ['--version']).status === 0) return candidate;
  }
  await access(STAND_IN);
  console.warn('no MediaMTX in MEDIAMTX_BIN or on the PATH: tested against the stand-in only');
  return STAND_IN;
}
