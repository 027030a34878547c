// The README's first command as a person uses it: started, watched, ended by Ctrl-C or worse.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DetectionList } from '../../functions/api/schemas.ts';
import { freePort } from '../local/media-process.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../local/main.ts', import.meta.url));
const PUSHES = 60;
const SECONDS_BETWEEN_TRUCKS = '600';
const PAGE = 'http://localhost:5173';

type Started = { api: string; bridge: number; media: number };

let data: string;
let child: ChildProcess;
let screen: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'gate-start-'));
});
afterAll(async () => {
  await interrupt();
  await rm(data, { recursive: true, force: true });
});

/** Ctrl-C, and the exit code. */
async function interrupt(): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  return child.exitCode;
}

/** In a group of its own, as a shell starts it. */
function begin(env: Record<string, string> = {}, port = 0): void {
  screen = '';
  const args = [MAIN, '--port', String(port), '--data', data, '--every', SECONDS_BETWEEN_TRUCKS];
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
  child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio, detached: true });
  for (const output of [child.stdout, child.stderr]) output?.on('data', (text) => (screen += text));
}

async function start(env: Record<string, string> = {}, port = 0): Promise<Started> {
  begin(env, port);
  await until('the system to be up', () => screen.includes('curl '));
  const api = /http:\S+\/api(?=\/openapi)/.exec(screen)?.[0] ?? '';
  const [bridge, media] = [...screen.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid));
  return { api, bridge: bridge ?? 0, media: media ?? 0 };
}

const isOk = (response: Response | null) => response?.ok === true;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const alert = (n: number) =>
  `<EventNotificationAlert><dateTime>2026-01-02T03:04:${String(n).padStart(2, '0')}Z</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>01A${100 + n}BC</licensePlate></ANPR></EventNotificationAlert>`;

test('Ctrl-C while it starts reaches its children too, and is no failure', async () => {
  begin();
  await until('the bridge to be starting', () => existsSync(join(data, 'bridge.log')));
  process.kill(-(child.pid ?? 0), 'SIGINT');
  const [code] = await once(child, 'exit');
  expect(screen).toContain('Stopping');
  expect([code, screen]).toEqual([0, expect.not.stringContaining('could not')]);
});

describe('on the simulated camera', () => {
  let first: Started;
  let hadToken: boolean;
  let preflight: Response;
  let statuses: number[];
  let exitCode: number | null;
  let again: Started;
  beforeAll(async () => {
    const port = await freePort();
    const healthy = until('its health', () => fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null), isOk);
    const told = healthy.then(() => existsSync(join(data, 'operator.jwt')));
    first = await start({ GATE_ORIGINS: PAGE }, port);
    hadToken = await told;
    const pushed = Array.from({ length: PUSHES }, (_, n) =>
      fetch(`${first.api}/gate/anpr-event/`, { method: 'POST', body: alert(n) }),
    );
    statuses = (await Promise.all(pushed)).map(({ status }) => status);
    preflight = await fetch(`${first.api}/gate/cameras`, {
      method: 'OPTIONS',
      headers: { Origin: PAGE, 'Access-Control-Request-Method': 'GET' },
    });
    exitCode = await interrupt();
    again = await start();
  });

  test('is healthy when all is up, the operator’s token too, and answers the pages of GATE_ORIGINS', () => {
    expect(hadToken).toBe(true);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(PAGE);
  });

  test('Ctrl-C ends it as it should, and no process of it is left', () => {
    expect(exitCode).toBe(0);
    expect([first.bridge, first.media].map(isAlive)).toEqual([false, false]);
  });

  test('reads that were acknowledged are there after another start', async () => {
    expect(statuses).toEqual(Array(PUSHES).fill(200));
    const token = (await readFile(join(data, 'operator.jwt'), 'utf8')).trim();
    // Its link to the lane holds a token that may only watch.
    expect(screen).toContain('/watch/#token=');
    expect(screen).not.toContain(token);
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${again.api}/gate/detections?limit=100&to=2026-01-03T00:00:00Z`, { headers });
    expect(DetectionList.parse(await answer.json()).items).toHaveLength(PUSHES);
  });

  test('the death of live video is told, and plates go on', async () => {
    process.kill(again.media, 'SIGKILL');
    await until('the word', () => screen.includes('No live video any more'));
    expect((await fetch(`${again.api}/health`)).status).toBe(200);
    expect(screen).not.toContain('Stopping');
  });
});

describe('on a camera that nobody reaches', () => {
  let started: Started;
  beforeAll(async () => {
    await interrupt();
    // Nothing listens on the discard port of this machine.
    started = await start({
      GATE_CAMERA_IP: '127.0.0.1',
      GATE_CAMERA_PORT: '9',
      GATE_CAMERA_USER: 'gate',
      GATE_CAMERA_PASS: 'invented-Pass1',
    });
  });

  test('what the bridge warns of stands on the screen', async () => {
    await until('the warning', () => screen.includes('! stream.unreachable'));
    expect(screen).not.toContain('invented-Pass1');
  });

  test('killed outright, it leaves no process that would hold the camera', async () => {
    const { bridge, media } = started;
    expect([bridge, media].map(isAlive)).toEqual([true, true]);
    child.kill('SIGKILL');
    await until('both to end', () => !isAlive(bridge) && !isAlive(media));
  });
});
