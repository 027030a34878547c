import { afterEach, describe, expect, test } from 'vitest';
import type { CameraOptions } from '../../../test/camera/camera-options.ts';
import { until } from '../../../test/journeys/until.ts';
import { failure } from '../guard/gate.test-support.ts';
import { gate, type LensBench, openLens, operator, zoomIn } from './lens.fixture.ts';
import { parsePresetNumber } from './preset-number.ts';

let bench: LensBench;
const start = async (options: CameraOptions = {}) => {
  bench = await openLens(options);
  const { lens } = bench.camera;
  lens.jump({ zoom: 500 }, 'by hand');
  lens.savePreset(2);
  lens.savePreset(120);
  lens.goHome();
};
afterEach(() => bench.close());

const away = async () => (await bench.rows.read(gate))?.awaySince ?? null;

describe('presets', () => {
  test('that are commands are not even listed', async () => {
    await start();
    expect(await bench.lens.presets(gate)).toEqual([
      { number: 2, name: 'Preset 2' },
      { number: 120, name: 'Preset 120' },
    ]);
  });

  test('beyond the last one of the camera do not exist', async () => {
    await start({ lens: { maxPresetNum: 119 } });
    expect((await failure(bench.lens.goToPreset(operator, parsePresetNumber('120')))).code).toBe('not_found');
    expect((await bench.lens.presets(gate)).map(({ number }) => number)).toEqual([2]);
  });

  test('take the lens away from home, until it is sent back', async () => {
    await start();
    await bench.lens.goToPreset(operator, parsePresetNumber('2'));
    expect(bench.camera.lens.position.zoom).toBe(500);
    expect(await away()).not.toBeNull();
    await bench.lens.goHome(operator);
    expect(bench.camera.lens.position.zoom).toBe(300);
    expect(await away()).toBeNull();
    const kept = bench.moves.records.map(({ what, preset, outcome, subject }) => ({ what, preset, outcome, subject }));
    expect(kept).toEqual([
      { what: 'preset', preset: 2, outcome: 'ended', subject: 'operator' },
      { what: 'home', preset: undefined, outcome: 'ended', subject: 'operator' },
    ]);
  });

  test('stop a move that is under way before the lens goes', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    const moving = bench.lens.move(operator, zoomIn(500));
    await until('a moving lens', () => bench.camera.lens.isMoving);
    await bench.another().goToPreset(operator, parsePresetNumber('2'));
    await expect(moving).resolves.toBe('cut_short');
    expect(bench.camera.lens.position.zoom).toBe(500);
    expect(bench.camera.lens.log.at(-1)?.why).toBe('preset 2');
  });
});

describe('home', () => {
  test('is where the lens looks when it is saved', async () => {
    await start();
    await bench.lens.move(operator, zoomIn(50));
    const { zoom } = bench.camera.lens.position;
    expect(await away()).not.toBeNull();
    await bench.lens.saveHome(operator);
    expect(await away()).toBeNull();
    bench.camera.lens.jump({ zoom: 900 }, 'by hand');
    await bench.lens.goHome(operator);
    expect(bench.camera.lens.position.zoom).toBe(zoom);
  });

  test('is not asked of a camera without one', async () => {
    await start({ lens: { home: false } });
    expect((await failure(bench.lens.goHome(operator))).code).toBe('not_supported');
    expect(await away()).toBeNull();
  });

  test('that the camera refuses leaves the lens as far away as it was', async () => {
    await start();
    await bench.lens.goToPreset(operator, parsePresetNumber('2'));
    const since = await away();
    bench.camera.setFaults({ lens: ['busy'] });
    expect((await failure(bench.lens.goHome(operator))).code).toBe('camera_busy');
    expect(await away()).toBe(since);
  });
});
