import { afterEach, describe, expect, test } from 'vitest';
import type { Guard } from '../../../shared/isapi/guard/guard.ts';
import { TableAway } from '../../../shared/isapi/guard/table-away.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import { systemClock as clock } from '../../../shared/support/clock.ts';
import { Busy } from '../../../shared/support/errors.ts';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import type { RtspFault } from '../../../test/camera/rtsp/rtsp-fault.ts';
import { openPractice, type Practice } from '../visit.fixture.ts';
import { checkVideo } from './video.ts';

/** Long enough for a next key frame, with pictures behind it. */
const WATCH_MS = 1_500;
const SHORT_MS = 200;
const AWAY = new TableAway('could not ask camera gate: its guard’s table does not answer');

let practice: Practice;
async function open(options: CameraOptions = {}): Promise<OpenedCamera> {
  practice = await openPractice({ heartbeatMs: false, ...options });
  const [opened] = practice.open().cameras.values();
  if (!opened) throw new Error('one camera was configured');
  return opened;
}
const failing = (rtsp: RtspFault) => open({ faults: { rtsp } });
afterEach(() => practice.close());

describe('the video of a camera', () => {
  test('is well when its pictures come, at the rate they come', async () => {
    const opened = await open();
    const { status, seen } = await checkVideo(opened, 'sub', { clock, watchMs: WATCH_MS });
    expect([status, seen]).toEqual(['ok', expect.stringMatching(/^H264 Baseline, 704x576; \d+ pictures a second$/)]);
    expect(practice.camera.logins).toMatchObject({ good: 2, bad: 0 });
    await expect.poll(() => practice.camera.video.open).toBe(0);
  });

  test('that describes itself and sends nothing is named, with what to change', async () => {
    const outcome = await checkVideo(await failing({ name: 'no-frames' }), 'main', { clock, watchMs: SHORT_MS });
    expect(outcome).toMatchObject({
      status: 'fail',
      seen: expect.stringMatching(/^H264 .*: the camera plays it, and not one picture came in 1 s$/),
      change: expect.stringContaining('restart the camera'),
    });
  });

  test('that is cut off is named, with how many pictures came', async () => {
    const opened = await failing({ name: 'cut', afterFrames: 3 });
    const outcome = await checkVideo(opened, 'sub', { clock, watchMs: 10_000 });
    expect(outcome).toMatchObject({
      status: 'fail',
      seen: expect.stringMatching(/: it was cut off after 3 pictures, [1-3] s$/),
      change: expect.stringContaining('viewers'),
    });
  });

  test.each([
    ['before it is looked at', 0, AWAY],
    ['while it is looked at', 1, AWAY],
    ['after a refused login', 1, new Busy('camera_locked', 'could not ask camera gate: its guard is shut')],
  ])('whose guard’s table goes away %s is not blamed for it', async (_when, statesTold, error) => {
    const { camera, client, guard } = await open();
    let told = 0;
    const shaken: Guard = {
      ...guard,
      state: () => (told++ < statesTold ? guard.state() : Promise.reject(AWAY)),
      pass: () => Promise.reject(error),
    };
    const outcome = await checkVideo({ camera, client, guard: shaken }, 'sub', { clock, watchMs: SHORT_MS });
    expect(outcome).toMatchObject({
      status: 'fail',
      seen: expect.stringContaining('table does not answer'),
      change: expect.stringContaining('reach the table'),
    });
  });

  test('that no browser shows is not played', async () => {
    await checkVideo(await failing({ name: 'h265' }), 'sub', { clock, watchMs: 10_000 });
    expect(practice.camera.video.requests.map(({ method }) => method)).not.toContain('PLAY');
  });

  test.each(['md5', 'sha256', 'digest-and-basic', 'recorder'] as const)(
    'is played however it asks: %s',
    async (shape) => {
      const opened = await open({ auth: { rtspShape: shape }, faults: { rtsp: { name: 'no-frames' } } });
      const { seen } = await checkVideo(opened, 'sub', { clock, watchMs: 1 });
      expect(seen).toContain('plays it');
      expect(practice.camera.logins).toMatchObject({ good: 2, bad: 0 });
    },
  );
});
