import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const CURL = spawnSync('curl', ['--version']).status === 0;
const run = promisify(execFile);

let child: ChildProcess;
let printed = '';

async function startMain(...args: string[]): Promise<string> {
  const env = { ...process.env, CAMERA_PASSWORD: 'invented-Pass3' };
  child = spawn(
    process.execPath,
    [MAIN, '--port', '0', '--rtsp-port', '0', '--password-env', 'CAMERA_PASSWORD', ...args],
    { env },
  );
  printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await until(/forward|reverse|unknown/);
  return /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
}
async function until(text: RegExp): Promise<void> {
  while (!text.test(printed) && child.stdout) await once(child.stdout, 'data');
}

afterEach(async () => {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a person starts it, sees what to try and who passes, and ends it with Ctrl-C', async () => {
  const url = await startMain('--every', '200ms');
  expect(printed).toContain(`-u "admin:$CAMERA_PASSWORD" ${url}/ISAPI/System/deviceInfo`);
  expect(printed).not.toContain('invented-Pass3');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.skipIf(!CURL)('curl logs in, sees the picture, and hears the stream', async () => {
  const url = await startMain('--every', '200ms', '--heartbeat', '100ms');
  const curl = async (path: string, ...more: string[]) => {
    const args = ['-sS', '--anyauth', '-u', 'admin:invented-Pass3', ...more, `${url}${path}`];
    return (await run('curl', args, { encoding: 'latin1' })).stdout;
  };
  expect(await curl('/ISAPI/System/deviceInfo')).toContain('<model>DS-2CD4A26FWD-IZS/P</model>');
  expect(await curl('/ISAPI/Streaming/channels/101/picture')).toMatch(/^\xff\xd8[\s\S]*\xff\xd9$/);
  const stream = spawn('curl', [
    '-sSN',
    '--anyauth',
    '-u',
    'admin:invented-Pass3',
    `${url}/ISAPI/Event/notification/alertStream`,
  ]);
  let heard = '';
  stream.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    heard += chunk;
  });
  while (!(heard.includes('videoloss') && heard.includes('<licensePlate>'))) await once(stream.stdout, 'data');
  stream.kill();
  await once(stream, 'exit');
});
