import { afterEach, describe, expect, test } from 'vitest';
import { failure } from '../../../shared/isapi/guard/gate.test-support.ts';
import { memoryLedger } from '../../../shared/isapi/guard/ledger.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { systemClock } from '../../../shared/support/clock.ts';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { type SimulatedCamera, startCamera } from '../../../test/camera/camera.ts';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import type { RtspFault } from '../../../test/camera/rtsp/rtsp-fault.ts';
import { until } from '../../../test/journeys/until.ts';
import { fastClock, openGate } from './probe.fixture.ts';
import { probeStream } from './probe-stream.ts';

const PASSWORD = 'p@ss:w/1 ä';
const WRONG = 'not-the-Pass2';

let camera: SimulatedCamera | undefined;

async function start(options: CameraOptions = {}): Promise<SimulatedCamera> {
  camera = await startCamera({ heartbeatMs: false, password: PASSWORD, pictures: { drawn: 'none' }, ...options });
  return camera;
}
async function startFailing(rtsp: RtspFault, clock = systemClock): Promise<OpenedCamera> {
  return openGate({ ports: await start({ faults: { rtsp } }), password: PASSWORD, clock });
}
const probe = (opened: OpenedCamera, kind: StreamKind = 'sub', signal?: AbortSignal) =>
  probeStream(opened, kind, { clock: systemClock, ...(signal ? { signal } : {}) });
const deviceInfo = (opened: OpenedCamera) =>
  opened.client.request({ method: 'GET', path: '/ISAPI/System/deviceInfo', timeoutMs: 5_000, maxBytes: 64 * 1024 });
const asked = ({ video }: SimulatedCamera) =>
  video.requests.map(({ method, authorization, status }) => `${method} ${authorization} ${status}`);
const logins = ({ video }: SimulatedCamera) =>
  video.requests.filter(({ authorization }) => authorization !== 'none').length;

afterEach(async () => {
  await camera?.close();
  camera = undefined;
});

describe('a healthy camera', () => {
  test.each([
    ['main', 1920, 1080],
    ['sub', 704, 576],
  ] as const)('tells what its %s stream is, for one login', async (kind, width, height) => {
    const seen = await start();
    const { facts, account } = await probe(openGate({ ports: seen, password: PASSWORD }), kind);
    expect(facts).toEqual({ codec: 'H264', profile: 'Baseline', width, height, bFrames: 'none', audio: null });
    expect([account.user, account.password.reveal(), account.passwordVersion]).toEqual([
      'operator',
      PASSWORD,
      'version of 10 characters',
    ]);
    expect(asked(seen)).toEqual(['OPTIONS none 200', 'DESCRIBE none 401', 'DESCRIBE digest 200']);
    expect(seen.logins).toEqual({ good: 1, bad: 0, challenges: 1 });
  });

  test.each(['md5', 'sha256', 'sha256-no-qop', 'recorder', 'digest-and-basic', 'digest-and-basic-headers'] as const)(
    'lets it in however it asks: %s',
    async (rtspShape) => {
      const seen = await start({ auth: { rtspShape } });
      await probe(openGate({ ports: seen, password: PASSWORD }));
      expect(seen.logins).toMatchObject({ good: 1, bad: 0 });
    },
  );

  test('is sent Basic only where the configuration allows it', async () => {
    const seen = await start({ auth: { rtspShape: 'basic' } });
    const refused = await failure(probe(openGate({ ports: seen, password: PASSWORD })));
    expect([refused.code, logins(seen)]).toEqual(['camera_refused', 0]);
    await probe(openGate({ ports: seen, password: PASSWORD, allowBasic: true }));
    expect(seen.logins).toMatchObject({ good: 1, bad: 0 });
  });

  test('keeps no connection of a probe', async () => {
    const seen = await start();
    await probe(openGate({ ports: seen, password: PASSWORD }));
    await until('no open connection', () => seen.video.open === 0);
    expect(seen.video.connects).toBe(1);
  });
});

describe('a wrong password', () => {
  test('is one login, and after it nothing is sent at all', async () => {
    const seen = await start();
    const opened = openGate({ ports: seen, password: WRONG });
    const refused = await failure(probe(opened));
    expect([refused.code, logins(seen), seen.logins.bad]).toEqual(['camera_locked', 1, 1]);
    expect((await opened.guard.state()).shut).toMatchObject({ why: 'bad_login' });
    expect((await failure(probe(opened, 'main'))).code).toBe('camera_locked');
    expect([seen.video.connects, seen.requests.length]).toEqual([1, 0]);
    expect(`${refused.message} ${JSON.stringify(refused)}`).not.toContain(WRONG);
  });

  test('by RTSP shuts HTTP out too', async () => {
    const seen = await start();
    const opened = openGate({ ports: seen, password: WRONG });
    await failure(probe(opened));
    expect((await failure(deviceInfo(opened))).code).toBe('camera_locked');
    expect(seen.requests).toEqual([]);
  });

  test('by HTTP, of another process, shuts RTSP out too', async () => {
    const seen = await start();
    const ledger = memoryLedger();
    await failure(deviceInfo(openGate({ ports: seen, password: WRONG, ledger })));
    expect((await failure(probe(openGate({ ports: seen, password: WRONG, ledger })))).code).toBe('camera_locked');
    expect([seen.video.connects, seen.logins.bad]).toEqual([0, 1]);
  });

  test('of two streams that wake together is one login', async () => {
    const seen = await start();
    const opened = openGate({ ports: seen, password: WRONG });
    const ends = await Promise.all([failure(probe(opened, 'main')), failure(probe(opened, 'sub'))]);
    expect(ends.map(({ code }) => code)).toEqual(['camera_locked', 'camera_locked']);
    expect([logins(seen), seen.logins.bad]).toEqual([1, 1]);
  });
});

describe('a camera that refuses', () => {
  test.each<[RtspFault, string, RegExp]>([
    [{ name: 'unauthorized' }, 'camera_locked', /guard is shut/],
    [{ name: 'not-found' }, 'camera_refused', /none at \/Streaming\/Channels\/102: is it switched on/],
    [{ name: 'busy' }, 'camera_busy', /503/],
    [{ name: 'refuse-connection' }, 'camera_unreachable', /RTSP port \d+: is it forwarded\? .*ECONNREFUSED/],
  ])('%o', async (fault, code, why) => {
    const refused = await failure(probe(await startFailing(fault)));
    expect([refused.code, refused.message]).toEqual([code, expect.stringMatching(why)]);
    expect(refused.message).not.toContain(PASSWORD);
  });

  test('with 404 or 503 has let the password in: the guard stays open', async () => {
    const opened = await startFailing({ name: 'not-found' });
    await failure(probe(opened));
    expect((await opened.guard.state()).badLogins).toBe(0);
    camera?.setFaults({});
    await expect(probe(opened)).resolves.toMatchObject({ facts: { codec: 'H264' } });
  });

  test('by silence is left after five seconds, and has judged no password', async () => {
    const clock = fastClock(10);
    const opened = await startFailing({ name: 'silent' }, clock);
    const begunAt = clock.now();
    const refused = await failure(probeStream(opened, 'sub', { clock }));
    expect([refused.code, refused.message]).toEqual([
      'camera_unreachable',
      expect.stringContaining('no answer within'),
    ]);
    expect(clock.now() - begunAt).toBeGreaterThanOrEqual(4_900);
    expect((await opened.guard.state()).shut).toBeNull();
    await until('no open connection', () => camera?.video.open === 0);
  });

  test('slowly gets no password whose verdict would come too late', async () => {
    const clock = fastClock(10);
    const opened = await startFailing({ name: 'slow-describe', ms: 270 }, clock);
    const refused = await failure(probeStream(opened, 'sub', { clock }));
    expect([refused.code, refused.message]).toEqual(['camera_unreachable', expect.stringContaining('too slowly')]);
    expect(camera?.logins).toMatchObject({ good: 0, bad: 0 });
  });

  test('a little slowly is proven all the same', async () => {
    await expect(probe(await startFailing({ name: 'slow-describe', ms: 300 }))).resolves.toBeDefined();
  });
});

describe('a stream that not every browser shows', () => {
  test('of H.265 is told', async () => {
    const { facts } = await probe(await startFailing({ name: 'h265' }));
    expect(facts).toMatchObject({ codec: 'H265', width: null, bFrames: 'unknown' });
  });

  test('with B-frames is told', async () => {
    const { facts } = await probe(await startFailing({ name: 'b-frames' }));
    expect(facts).toMatchObject({ codec: 'H264', profile: 'Main', bFrames: 'some' });
  });

  test('without packetization-mode is described all the same', async () => {
    const { facts } = await probe(await startFailing({ name: 'no-packetization-mode' }));
    expect(facts).toMatchObject({ codec: 'H264', width: 704, height: 576 });
  });
});

describe('a caller that goes away', () => {
  test('before the login ends the probe', async () => {
    const opened = await startFailing({ name: 'silent' });
    const caller = new AbortController();
    const ended = failure(probe(opened, 'sub', caller.signal));
    await until('a question', () => camera?.video.requests.length === 1);
    caller.abort();
    expect((await ended).code).toBe('camera_busy');
    expect((await failure(probe(opened, 'sub', caller.signal))).code).toBe('camera_busy');
    expect(camera?.video.connects).toBe(1);
  });

  test('while the camera judges the password does not hide its verdict', async () => {
    const seen = await start({ faults: { rtsp: { name: 'slow-describe', ms: 200 } } });
    const opened = openGate({ ports: seen, password: WRONG });
    const caller = new AbortController();
    const ended = failure(probe(opened, 'sub', caller.signal));
    await until('a login', () => logins(seen) === 1);
    caller.abort();
    expect((await ended).code).toBe('camera_locked');
    expect((await opened.guard.state()).badLogins).toBe(1);
  });
});
