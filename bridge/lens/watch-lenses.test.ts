import { afterEach, describe, expect, test } from 'vitest';
import {
  dyingClock,
  gate,
  type LensBench,
  lasted,
  openLens,
  operator,
  zoomIn,
} from '../../shared/isapi/lens/lens.fixture.ts';
import { parsePresetNumber } from '../../shared/isapi/lens/preset-number.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import type { CameraOptions } from '../../test/camera/camera-options.ts';
import { until } from '../../test/journeys/until.ts';
import { type LensWatch, watchLenses } from './watch-lenses.ts';

let bench: LensBench;
let watch: LensWatch | undefined;
const stop = { now: new AbortController() };

async function start(options: CameraOptions = {}): Promise<void> {
  bench = await openLens(options);
  stop.now = new AbortController();
}

/** The bridge of this gate; `aheadMs`: its clock, so that idle minutes need not be waited for. */
function startBridge(aheadMs = 0): LensWatch {
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const lenses = [{ id: gate, homeAfterMs: 120_000 }];
  const { signal } = stop.now;
  watch = watchLenses({ lenses, lens: bench.another(clock), rows: bench.rows, clock, log: silentLog, signal });
  return watch;
}

afterEach(async () => {
  stop.now.abort();
  await watch?.done;
  await bench.close();
});

describe('a process that dies while it moves the lens', () => {
  test('leaves a timed move to the camera, which ends it', async () => {
    await start();
    void bench.another(dyingClock()).move(operator, zoomIn());
    await until('a lens at rest', () => bench.camera.lens.motions[0]?.until);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(1_500);
  });

  test('leaves a camera that ignores durations to the bridge, which ends it within 10 s', async () => {
    await start({ faults: { lens: ['ignores-durations', 'forgets-first-stop'] } });
    startBridge();
    void bench.another(dyingClock()).move(operator, zoomIn());
    await until('a lens at rest', () => bench.camera.lens.motions[0]?.until);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeGreaterThan(1_000);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(10_000);
    await until('its outcome', () => bench.moves.records[0]?.outcome === 'ended_by_bridge');
    expect((await bench.rows.read(gate))?.move?.phase).toBe('ended');
  });

  test('is ended by what the bridge saw last, where the table has gone', async () => {
    await start({ faults: { lens: ['ignores-durations'] } });
    void bench.another(dyingClock()).move(operator, zoomIn());
    await until('a moving lens', () => bench.camera.lens.isMoving);
    const { readAll } = bench.rows;
    let looks = 0;
    bench.rows.readAll = (cameras) => {
      looks += 1;
      return looks === 1 ? readAll(cameras) : Promise.reject(new Error('the table is away'));
    };
    startBridge();
    await until('a first look', () => looks === 1);
    bench.rows.read = () => Promise.reject(new Error('the table is away'));
    await until('a lens at rest', () => !bench.camera.lens.isMoving);
    expect(bench.camera.lens.motions.map(lasted)[0]).toBeLessThan(10_000);
  });
});

describe('a lens that nobody has moved for two minutes', () => {
  test('is brought home, and reads are marked until then', async () => {
    await start();
    bench.camera.lens.jump({ zoom: 500 }, 'by hand');
    bench.camera.lens.savePreset(2);
    bench.camera.lens.goHome();
    await bench.lens.goToPreset(operator, parsePresetNumber('2'));
    const early = startBridge(100_000);
    await until('a lens seen away', () => early.lensIsAway(gate));
    expect(bench.camera.lens.position.zoom).toBe(500);
    stop.now.abort();
    await early.done;
    stop.now = new AbortController();
    const late = startBridge(121_000);
    await until('a lens at home', () => bench.camera.lens.position.zoom === 300);
    await until('a lens seen at home', () => !late.lensIsAway(gate));
    await until('its outcome', () => bench.moves.records.at(-1)?.outcome === 'ended');
    expect(bench.moves.records.at(-1)).toMatchObject({ what: 'home', subject: 'bridge', outcome: 'ended' });
  });

  test('stays where it is while somebody moves it, and where home is saved', async () => {
    await start();
    await bench.lens.move(operator, zoomIn(50));
    await bench.lens.saveHome(operator);
    const { length } = bench.camera.lens.log;
    const bridge = startBridge(1_000_000);
    await until('a look', async () => (await bench.rows.readAll([gate])).size === 1);
    expect(bridge.lensIsAway(gate)).toBe(false);
    expect(bench.camera.lens.log).toHaveLength(length);
  });
});
