import { afterEach, describe, expect, test } from 'vitest';
import type { CameraOptions } from '../../test/camera/camera-options.ts';
import { until } from '../../test/journeys/until.ts';
import { systemClock } from '../support/clock.ts';
import { failure } from './guard/gate.test-support.ts';
import { gate, type LensBench, openLens, operator, zoomIn } from './lens/lens.fixture.ts';
import { snapshotTaker } from './snapshot.ts';

let bench: LensBench;
async function start(options: CameraOptions = {}) {
  bench = await openLens(options);
  const { client } = bench.open();
  return snapshotTaker({ clientOf: () => client, rows: bench.rows, clock: systemClock });
}
afterEach(() => bench.close());

describe('a snapshot', () => {
  test('is the camera’s JPEG, whole', async () => {
    const take = await start();
    const jpeg = await take(gate);
    expect([jpeg.readUInt16BE(0), jpeg.readUInt16BE(jpeg.length - 2)]).toEqual([0xffd8, 0xffd9]);
  });

  test.each([
    ['error-with-200', 'camera_refused', 'deviceError'],
    ['login-page-with-200', 'camera_refused', 'web page'],
    ['busy', 'camera_busy', 'busy'],
  ] as const)('that comes as %s says why', async (snapshot, code, why) => {
    const take = await start({ faults: { snapshot } });
    const refused = await failure(take(gate));
    expect([refused.code, refused.message]).toEqual([code, expect.stringContaining(why)]);
  });

  test('is taken one at a time: two never meet at the camera', async () => {
    const take = await start({ awayMs: 30 });
    const pictures = await Promise.all([take(gate), take(gate), take(gate)]);
    expect(pictures.map((jpeg) => jpeg.length > 100)).toEqual([true, true, true]);
    const at = bench.camera.requests.map((request) => request.at);
    expect(at.slice(1).every((next, i) => next - (at[i] ?? next) >= 25)).toBe(true);
  });

  test('waits for a lens that moves, so that its stop has not to wait for the picture', async () => {
    const take = await start();
    const moving = bench.lens.move(operator, zoomIn(300));
    await until('a moving lens', () => bench.camera.lens.isMoving);
    await take(gate);
    expect(bench.camera.lens.isMoving).toBe(false);
    await moving;
  });

  test('is refused while a lens moves on and on', async () => {
    const take = await start({ faults: { lens: ['ignores-durations'] } });
    const moving = bench.lens.move(operator, zoomIn(2_500));
    await until('a moving lens', () => bench.camera.lens.isMoving);
    expect(await failure(take(gate))).toMatchObject({ code: 'camera_busy', retryAfterSeconds: 1 });
    await bench.lens.stop(operator);
    expect((await take(gate)).length).toBeGreaterThan(100);
    await expect(moving).resolves.toBe('cut_short');
  });
});
