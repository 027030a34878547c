// field notes 7: players that retry are what locks a camera. Our own probe, guard and wake at the simulated camera.
import { afterEach, expect, test } from 'vitest';
import { type GuardLedger, memoryLedger } from '../../../shared/isapi/guard/ledger.ts';
import { GateError } from '../../../shared/support/errors.ts';
import { silentLog } from '../../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../../../test/camera/camera.ts';
import { fastClock, openGate } from '../rtsp/probe.fixture.ts';
import { probeStream } from '../rtsp/probe-stream.ts';
import { startWake, sub } from './wake.fixture.ts';
import { createWake, type Wake } from './wake.ts';

const PLAYERS = 3;
const RETRY_MS = 2_000;
const TEN_MINUTES_MS = 600_000;
/** Ten minutes in four seconds. */
const PACE = 150;

let camera: SimulatedCamera;
let stop: AbortController;
afterEach(async () => {
  stop.abort();
  await camera.close();
});

test('three players retry for ten minutes with a wrong camera password: one bad login, restarts of ours included', async () => {
  const clock = fastClock(PACE);
  stop = new AbortController();
  camera = await startCamera({ clock, auth: { lockAfter: 5, lockSeconds: 1_800 } });
  const media = startWake();
  const codes = new Set<string>();

  function startProcess(ledger: GuardLedger): Wake {
    const opened = openGate({ ports: camera, password: 'not-the-password', ledger, clock });
    const state = { status: 'running', version: 'v1.16.1', since: '', restarts: 0, reason: null } as const;
    return createWake({
      cameras: new Map([[opened.camera.id, opened]]),
      server: { api: media.api, onLine: () => {}, state },
      probe: (of, kind, deps) => probeStream(of, kind, { ...deps, clock }),
      clock,
      log: silentLog,
      signal: stop.signal,
    });
  }

  async function play(wake: () => Wake, until: number): Promise<void> {
    while (clock.now() < until) {
      await wake()
        .admit(sub, 'webrtc')
        .then(() => codes.add('let in'))
        .catch((error: unknown) => codes.add(error instanceof GateError ? error.code : String(error)));
      await clock.sleep(RETRY_MS);
    }
  }

  const ledger = memoryLedger();
  let current = startProcess(ledger);
  const begun = clock.now();
  const players = Array.from({ length: PLAYERS }, () => play(() => current, begun + TEN_MINUTES_MS));
  await clock.sleep(TEN_MINUTES_MS / 2);
  current = startProcess(ledger);
  await Promise.all(players);

  await media.end();
  expect([...codes]).toEqual(['camera_locked']);
  expect(camera.logins.bad).toBe(1);
  const sent = camera.video.requests.filter(({ authorization }) => authorization !== 'none');
  expect(sent.map(({ method, status }) => [method, status])).toEqual([['DESCRIBE', 401]]);
});
