import { afterEach, describe, expect, test } from 'vitest';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import { until } from '../../../test/journeys/until.ts';
import { failure } from '../guard/gate.test-support.ts';
import { gate, type LensBench, lasted, openLens, operator, visitor, zoomIn } from './lens.fixture.ts';
import { LensHeld } from './lens-held.ts';

let bench: LensBench;
const start = async (options: CameraOptions = {}) => {
  bench = await openLens(options);
};
afterEach(() => bench.close());

const outcomes = () => bench.moves.records.map(({ what, outcome }) => `${what} ${outcome}`);
const stopsSent = () => bench.camera.lens.log.filter(({ why }) => why === 'continuous').length;
const isMoving = () => until('a moving lens', () => bench.camera.lens.isMoving);
const hasMovedFor = (ms: number) =>
  until(`a motion of ${ms} ms`, () => Date.now() - (bench.camera.lens.motions[0]?.from ?? Date.now()) >= ms);

describe('a move of 400 ms', () => {
  test('ends within 600 ms, by the camera’s own timer and by a stop', async () => {
    await start();
    await expect(bench.lens.move(operator, zoomIn())).resolves.toBe('ended');
    const { motions, position } = bench.camera.lens;
    expect(motions).toHaveLength(1);
    expect(motions.map(lasted)[0]).toBeGreaterThan(350);
    expect(motions.map(lasted)[0]).toBeLessThan(600);
    expect(position.zoom).toBeGreaterThan(300);
    expect(stopsSent()).toBe(2);
  });

  test.each([
    ['a camera that ignores durations', { faults: { lens: ['ignores-durations'] } }, 600],
    ['a camera without timed moves', { lens: { momentary: false } }, 600],
    ['a stop that the camera forgets', { faults: { lens: ['ignores-durations', 'forgets-first-stop'] } }, 1_500],
    ['a stop whose connection is cut', { faults: { lens: ['ignores-durations', 'cuts-first-stop'] } }, 1_500],
    ['a stop that is never answered', { faults: { lens: ['ignores-durations', 'silent-at-first-stop'] } }, 1_500],
  ] as const)('ends in time with %s', async (_, options, limitMs) => {
    await start(options);
    await expect(bench.lens.move(operator, zoomIn())).resolves.toBe('ended');
    expect(bench.camera.lens.motions.map(lasted)).toEqual([expect.any(Number)]);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(limitMs);
  });

  test('is in the table with its deadline before the camera hears of it', async () => {
    await start();
    const seen: unknown[] = [];
    const { write } = bench.rows;
    bench.rows.write = async (camera, row, version) => {
      seen.push({ phase: row.move?.phase, hasMoved: bench.camera.lens.log.length > 0, endsBy: row.move?.endsBy });
      return write(camera, row, version);
    };
    const before = Date.now();
    await bench.lens.move(operator, zoomIn(50));
    expect(seen[0]).toMatchObject({ phase: 'moving', hasMoved: false });
    const { move } = (await bench.rows.read(gate)) ?? {};
    expect(Date.parse(move?.endsBy ?? '')).toBeGreaterThan(before + 50);
    expect(move?.phase).toBe('ended');
  });

  test('moves the focus by its own command and stop', async () => {
    await start();
    await bench.lens.move(operator, { action: 'focus_near', speed: 20, durationMs: 100 });
    const { motions, position } = bench.camera.lens;
    expect(motions.map(lasted)[0]).toBeLessThan(300);
    expect(position.focus).toBeLessThan(5_000);
    expect(position.zoom).toBe(300);
  });

  test('goes no faster than the lens can', async () => {
    await start({ lens: { zoomMax: 7 } });
    await bench.lens.move(operator, zoomIn(50, 100));
    expect(bench.camera.lens.log[0]?.velocity.zoom).toBe(7);
  });

  test('is not asked of a lens that has no such axis', async () => {
    await start();
    const refused = await failure(bench.lens.move(operator, { action: 'pan_left', speed: 50, durationMs: 400 }));
    expect(refused.code).toBe('not_supported');
    expect(bench.camera.lens.log).toEqual([]);
    expect(outcomes()).toEqual(['pan_left failed']);
  });

  test('turns a camera that can pan', async () => {
    await start({ lens: { panTilt: true } });
    await bench.lens.move(operator, { action: 'tilt_down', speed: 50, durationMs: 50 });
    expect(bench.camera.lens.log[0]?.velocity).toEqual({ pan: 0, tilt: -50, zoom: 0, focus: 0 });
    expect(bench.camera.lens.isMoving).toBe(false);
  });

  test('says nothing of movement where the camera takes commands and stands still', async () => {
    await start({ faults: { lens: ['stands-still'] } });
    await expect(bench.lens.move(operator, zoomIn(50))).resolves.toBe('ended');
    expect(bench.camera.lens.motions).toEqual([]);
  });
});

describe('a held button', () => {
  test('moves on without a stop in between, and stops once', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    const other = bench.another();
    const first = bench.lens.move(operator, zoomIn(300));
    await hasMovedFor(150);
    const second = other.move(operator, zoomIn(300));
    await hasMovedFor(350);
    const third = bench.lens.move(operator, zoomIn(300));
    await expect(Promise.all([first, second, third])).resolves.toEqual(['extended', 'extended', 'ended']);
    expect(bench.camera.lens.motions).toHaveLength(1);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeGreaterThan(600);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(950);
  });

  test('that changes from zoom to focus leaves no zoom behind', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    const zoom = bench.lens.move(operator, zoomIn(300));
    await isMoving();
    const focus = bench.another().move(operator, { action: 'focus_far', speed: 20, durationMs: 300 });
    await expect(Promise.all([zoom, focus])).resolves.toEqual(['cut_short', 'ended']);
    expect(bench.camera.lens.isMoving).toBe(false);
    const both = bench.camera.lens.log.filter(({ velocity }) => velocity.zoom !== 0 && velocity.focus !== 0);
    expect(both).toEqual([]);
  });

  test('whose next press the camera refuses is stopped all the same', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    const first = bench.lens.move(operator, zoomIn(300));
    await hasMovedFor(100);
    bench.camera.setFaults({ lens: ['busy'] });
    const second = failure(bench.another().move(operator, zoomIn(5_000)));
    await until('a busy answer', () => bench.camera.requests.some(({ status }) => status === 503));
    bench.camera.setFaults({ lens: ['ignores-durations'] });
    expect((await second).code).toBe('camera_busy');
    await first;
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(1_500);
  });
});

describe('whoever moved last', () => {
  test('holds the lens until two seconds after, and others hear who and how long', async () => {
    await start();
    const moving = bench.lens.move(operator, zoomIn(100));
    await isMoving();
    const held = await failure(bench.another().move(visitor, zoomIn()));
    expect(held).toBeInstanceOf(LensHeld);
    expect(held).toMatchObject({ code: 'conflict', holder: 'operator' });
    await moving;
    const after = await failure(bench.lens.goHome(visitor));
    expect(after instanceof LensHeld && after.heldForMs).toBeGreaterThan(1_000);
    expect(after instanceof LensHeld && after.heldForMs).toBeLessThanOrEqual(2_000);
    await expect(bench.lens.move(operator, zoomIn(50))).resolves.toBe('ended');
    expect(outcomes()).toEqual(['zoom_in ended', 'zoom_in failed', 'home failed', 'zoom_in ended']);
  });

  test('is stopped by anybody', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    const moving = bench.lens.move(operator, zoomIn(1_000));
    await isMoving();
    await bench.another().stop(visitor);
    expect(bench.camera.lens.isMoving).toBe(false);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(900);
    await expect(moving).resolves.toBe('cut_short');
    expect(outcomes()).toEqual(['zoom_in cut_short', 'stop ended']);
  });

  test('a stop goes out where nothing is known to move', async () => {
    await start();
    bench.camera.lens.drive({ zoom: 40, focus: 9 }, 'somebody at the camera’s own page');
    await bench.lens.stop(visitor);
    expect(bench.camera.lens.isMoving).toBe(false);
  });

  test('a stop goes out where the table is away', async () => {
    await start();
    bench.camera.lens.drive({ zoom: 40 }, 'somebody');
    bench.rows.read = () => Promise.reject(new Error('away'));
    await bench.lens.stop(visitor);
    expect(bench.camera.lens.isMoving).toBe(false);
  });
});

describe('a camera that does not obey', () => {
  test('locked: nothing is sent, nobody holds the lens', async () => {
    await start();
    const wrong = bench.another(undefined, 'wrong');
    expect((await failure(wrong.move(operator, zoomIn()))).code).toBe('camera_locked');
    const { length } = bench.camera.requests;
    expect((await failure(wrong.move(operator, zoomIn()))).code).toBe('camera_locked');
    expect(bench.camera.requests).toHaveLength(length);
    expect(bench.camera.logins.bad).toBe(1);
    expect(bench.moves.records.at(-1)).toMatchObject({ outcome: 'failed', code: 'camera_locked' });
    await expect(bench.lens.move(visitor, zoomIn(50))).resolves.toBe('ended');
  });

  test('unreachable after it began: the bridge is left to end it', async () => {
    await start();
    await bench.lens.move(operator, zoomIn(50));
    const moving = failure(bench.lens.move(operator, zoomIn(300)));
    await isMoving();
    await bench.camera.close();
    expect((await moving).code).toBe('camera_unreachable');
    expect(bench.moves.records.at(-1)).toMatchObject({ outcome: 'not_stopped', code: 'camera_unreachable' });
    expect((await bench.rows.read(gate))?.move?.phase).toBe('stopping');
  });

  test('busy: it says so, and the lens is free', async () => {
    await start({ faults: { lens: ['busy'] } });
    expect((await failure(bench.lens.move(operator, zoomIn()))).code).toBe('camera_busy');
    expect(await bench.rows.read(gate)).toMatchObject({ move: null, awaySince: null });
  });
});
