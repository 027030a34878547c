// The stream's loop with the real client, its guard and the simulated camera, on a clock that jumps over every wait.
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { memoryLedger } from '../../shared/isapi/guard/ledger.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { openCamera } from '../../shared/isapi/open-camera.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../../test/camera/camera.ts';
import type { Faults } from '../../test/camera/camera-options.ts';
import { CameraState } from './camera-state.ts';
import { ClockOffset } from './clock-offset.ts';
import { FaultCount } from './fault-count.ts';
import { ALERT_STREAM_PATH, holdStream } from './hold-stream.ts';
import { PictureBudget } from './picture-budget.ts';

const MINUTE_MS = 60_000;
/** One attempt is a request for the challenge and one with the login. */
const MAX_REQUESTS_PER_MINUTE = 18;

const clock = {
  ms: 0,
  now: () => clock.ms,
  async sleep(ms: number, signal?: AbortSignal) {
    await turn();
    signal?.throwIfAborted();
    clock.ms += ms;
    clock.slept();
  },
  slept: () => {},
};

let camera: SimulatedCamera;
let stop: AbortController;
let state: CameraState;
beforeEach(async () => {
  clock.ms = Date.UTC(2026, 10, 22, 10);
  camera = await startCamera({ clock, heartbeatMs: false });
  stop = new AbortController();
  state = new CameraState(clock.now());
});
afterEach(() => camera.close());

type Held = {
  password: string;
  /** After every wait between two attempts. */
  slept: () => void;
  onConnected: () => void;
};

function hold({ password = camera.password, slept, onConnected }: Partial<Held> & Pick<Held, 'slept' | 'onConnected'>) {
  clock.slept = slept;
  const environment = {
    GATE_CAMERA_IP: camera.host,
    GATE_CAMERA_PORT: String(camera.port),
    GATE_CAMERA_USER: camera.user,
    GATE_CAMERA_PASS: password,
  };
  const [configured] = readCameras(environment, () => '');
  if (!configured) throw new Error('one camera was configured');
  const { client } = openCamera(configured, {
    ledger: memoryLedger(),
    transport: httpTransport(),
    readSecret: () => Promise.reject(new Error('there is none')),
    labelPassword: async () => 'a-label',
    clock,
    log,
    holder: 'bridge',
  });
  return holdStream({
    camera: configured.id,
    state,
    clockOffset: new ClockOffset({ log, camera: configured.id }),
    faults: new FaultCount({ log, clock, camera: configured.id }),
    timeZone: () => undefined,
    outbox: { addRead: async () => {}, addPictures: async () => {} },
    onConnected,
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: 20_000,
    // The shortest waits that there are.
    random: () => 0,
    clock,
    log,
    signal: stop.signal,
    openStream: async (signal) => {
      const response = await client.openStream({ path: ALERT_STREAM_PATH, signal, headerTimeoutMs: 5_000 });
      return { body: takeOver(response), contentType: response.headers['content-type'] ?? '' };
    },
  });
}

function requestsInAMinute(): number {
  const times = camera.requests.map(({ at }) => at);
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE_MS).length));
}

describe('whatever a camera does, it is asked a bounded number of times a minute', () => {
  test.each<[string, Partial<Faults>, { password?: string }, CameraState['status']]>([
    ['is busy', { connect: { name: 'busy' } }, {}, 'refused'],
    ['has a full house', { connect: { name: 'full-house' } }, {}, 'refused'],
    ['holds the slot for a day', { connect: { name: 'slot-held', forMs: 24 * 60 * MINUTE_MS } }, {}, 'refused'],
    ['closes every stream at once', {}, {}, 'closed'],
    ['knows another password', {}, { password: 'a-wrong-Pass1' }, 'locked'],
  ])('one that %s, for twenty minutes', async (_, faults, over, status) => {
    camera.setFaults(faults);
    const begun = clock.now();
    let last: CameraState['status'] = 'connecting';
    const slept = () => {
      last = state.status;
      if (clock.now() > begun + 20 * MINUTE_MS) stop.abort();
    };
    await hold({ ...over, slept, onConnected: () => camera.cutStreams() });
    expect(last).toBe(status);
    expect(requestsInAMinute()).toBeLessThanOrEqual(MAX_REQUESTS_PER_MINUTE);
    expect(camera.requests.length).toBeGreaterThan(1);
    expect(camera.logins.bad).toBeLessThanOrEqual(1);
  });
});

test('a slot that the camera holds for two minutes is waited out, and taken within seconds once it is free', async () => {
  camera.setFaults({ connect: { name: 'slot-held', forMs: 2 * MINUTE_MS } });
  const words = new Set<string>();
  let cutAt = Number.NaN;
  const onConnected = () => {
    if (state.connects === 1) cutAt = clock.now();
    else stop.abort();
    camera.cutStreams();
  };
  await hold({ slept: () => words.add(state.status), onConnected });
  expect([...words]).toEqual(['closed', 'slot_held']);
  expect(clock.now() - cutAt).toBeGreaterThanOrEqual(2 * MINUTE_MS);
  expect(clock.now() - cutAt).toBeLessThan(2 * MINUTE_MS + 12_500);
});
