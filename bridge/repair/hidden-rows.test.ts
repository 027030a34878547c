// Rows that the camera named while its clock stood elsewhere: by their names they are old, and by their place they are new.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePicName } from '../../shared/isapi/plates/pic-name.ts';
import { silentLog } from '../../shared/support/log.ts';
import { recordingLog } from '../outbox/outbox.fixture.ts';
import { GATE } from './remembering-camera.fixture.ts';
import { HOUR_MS, MINUTE_MS, memoryDisk, type RepairBench, repairBench } from './repair.fixture.ts';
import { MAX_SETTLED, progressFile, RepairProgress } from './repair-progress.ts';

let bench: RepairBench;
afterEach(() => bench.stop());

/** Trucks that no stream tells of, one a minute; each is then of age or nearly. */
async function trucks(count: number, prefix: string): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    bench.camera.pass({ plate: `${prefix}${100 + n}` });
    await bench.pass(MINUTE_MS);
  }
}

describe('a clock that is set and put right while the bridge is away', () => {
  beforeEach(async () => {
    bench = repairBench();
    bench.start();
    bench.connect();
    bench.passLive({ plate: '01LIVE01' });
    await bench.pass(7 * MINUTE_MS);
    await bench.stop();
  });

  test.each([
    ['clock, back three hours', () => ({ offsetMs: -3 * HOUR_MS })],
    ['clock, back to 1970, as without a battery', () => ({ offsetMs: -bench.clock.now() })],
    ['clock, on by three hours', () => ({ offsetMs: 3 * HOUR_MS })],
    ['zone, three hours to the west', () => ({ zoneMinutes: 120 })],
  ])('(its %s) hides no plate', async (_name, set) => {
    const right = { ...bench.camera.clock };
    Object.assign(bench.camera.clock, set());
    await trucks(10, '01WRONG');
    Object.assign(bench.camera.clock, right);
    await trucks(5, '01RIGHT');
    await bench.pass(3 * MINUTE_MS);
    bench.start();
    bench.connect();
    await bench.pass(5 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates().filter((plate) => plate !== '01LIVE01'));
    expect(bench.kept.all).toHaveLength(15);
  });
});

describe('a memory that lists as it has stored', () => {
  test('hides no plate behind the page in which a clock set back goes on', async () => {
    bench = repairBench({ plates: { memory: 1_000, rowsPerAnswer: 125 } });
    await trucks(150, '01B');
    bench.camera.clock.offsetMs -= HOUR_MS;
    await trucks(100, '01A');
    await bench.pass(3 * MINUTE_MS);
    bench.start();
    bench.connect();
    await bench.pass(5 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
  });

  test('hides none while the bridge asks, where a page holds little more than the hour before', async () => {
    bench = repairBench({ plates: { memory: 1_000, rowsPerAnswer: 80 }, everyMs: 10 * MINUTE_MS });
    bench.start();
    bench.connect();
    await trucks(150, '01B');
    bench.camera.clock.offsetMs -= HOUR_MS;
    await trucks(20, '01A');
    await bench.pass(12 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
  });
});

describe('a clock set back by more than an answer holds', () => {
  type Before = { passed: number; hours: number; isWhileAway: boolean };

  /** Warnings where the clock goes back by an hour, after so many trucks in so many hours; an answer holds fifty. */
  async function warnings({ passed, hours, isWhileAway }: Before) {
    bench = repairBench({ plates: { memory: 1_000, rowsPerAnswer: 50 }, everyMs: 10 * MINUTE_MS });
    const log = recordingLog();
    bench.start({ log });
    const disconnect = bench.connect();
    await bench.pass(5 * MINUTE_MS);
    if (isWhileAway) await bench.stop();
    for (let n = 0; n < passed; n += 1) {
      bench.camera.pass({ plate: `01H${100 + n}` });
      await bench.pass(Math.floor((hours * HOUR_MS) / passed));
    }
    bench.camera.clock.offsetMs -= HOUR_MS;
    await trucks(15, '01B');
    if (isWhileAway) bench.start({ log });
    disconnect();
    bench.connect();
    await bench.pass(HOUR_MS);
    await bench.stop();
    return log.lines.filter(({ event }) => event === 'repair.rows_may_be_hidden');
  }

  test.each([
    ['while the bridge asks', false],
    ['while the bridge is away', true],
  ])('is said aloud, once, with the reason (%s)', async (_name, isWhileAway) => {
    const reason = expect.stringMatching(/set back by 60 min.* 50 of one answer/);
    expect(await warnings({ passed: 90, hours: 1, isWhileAway })).toMatchObject([
      { fields: { camera: 'gate', reason } },
    ]);
  });

  test('is nothing to say where fewer had passed in so long', async () => {
    expect(await warnings({ passed: 20, hours: 1, isWhileAway: false })).toEqual([]);
    expect(await warnings({ passed: 120, hours: 4, isWhileAway: true })).toEqual([]);
  });
});

describe('a look at all that the camera remembers', () => {
  async function hoursOfTrucks(): Promise<void> {
    bench.start();
    for (let hour = 0; hour < 6; hour += 1) {
      await trucks(20, `0${hour}T`);
      await bench.pass(HOUR_MS);
    }
  }

  test('sends nothing again that is safe, at a start or a day later, in few questions', async () => {
    bench = repairBench({ plates: { rowsPerAnswer: 30, picture: 'missing' }, everyMs: HOUR_MS });
    await hoursOfTrucks();
    expect(bench.kept.all).toHaveLength(120);
    const before = bench.platesAsked();
    bench.start();
    bench.connect();
    await bench.pass(2 * MINUTE_MS);
    // One and the last for what came since, and seven pages of which each holds half of the one before, and the last.
    expect(bench.platesAsked() - before).toBeLessThanOrEqual(12);
    expect(bench.platesAsked() - before).toBeGreaterThanOrEqual(9);
    await bench.pass(25 * HOUR_MS);
    expect(bench.kept.all).toHaveLength(120);
  });

  test('finds what was named by a clock that was seen to be wrong and was right again at the next sweep', async () => {
    bench = repairBench();
    bench.start();
    bench.connect();
    await trucks(5, '01B');
    await bench.pass(10 * MINUTE_MS);
    bench.camera.clock.offsetMs = -3 * HOUR_MS;
    await bench.pass(4 * MINUTE_MS);
    bench.camera.pass({ plate: '01WRONG1' });
    bench.camera.clock.offsetMs = 0;
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toContain('01WRONG1');
  });

  test('finds what was named while a heartbeat alone showed the wrong clock', async () => {
    bench = repairBench();
    const repair = bench.start();
    bench.connect();
    await trucks(5, '01B');
    await bench.pass(10 * MINUTE_MS);
    repair.wallHeard(bench.clock.now(), 5 * HOUR_MS);
    bench.camera.clock.offsetMs = -3 * HOUR_MS;
    bench.camera.pass({ plate: '01WRONG1' });
    repair.wallHeard(bench.clock.now(), 2 * HOUR_MS);
    bench.camera.clock.offsetMs = 0;
    await bench.pass(10 * MINUTE_MS);
    expect(bench.keptPlates()).toContain('01WRONG1');
  });

  /** What an earlier process has left: all was safe, and which rows they were it has forgotten. */
  async function moreThanRemembered(): Promise<void> {
    bench = repairBench();
    await trucks(30, '01S');
    await bench.pass(2 * HOUR_MS);
    bench.camera.clock.offsetMs = -5 * HOUR_MS;
    bench.camera.pass({ plate: '01WRONG1' });
    bench.camera.clock.offsetMs = 0;
    await trucks(10, '01T');
    await bench.pass(3 * HOUR_MS);
    const progress = new RepairProgress();
    progress.cursor = parsePicName(bench.camera.lane.memory.at(-1)?.picName ?? '');
    progress.anchor = progress.cursor;
    progress.remembered = MAX_SETTLED + 1;
    const disk = memoryDisk(bench.files);
    await progressFile({ folder: '/state/repair', camera: GATE, disk, log: silentLog }).write(progress);
  }

  test('of more rows than the bridge remembers sends only what no sweep can have asked for', async () => {
    await moreThanRemembered();
    bench.start();
    bench.connect();
    await bench.pass(5 * MINUTE_MS);
    expect(bench.kept.all.map(({ plate }) => plate).filter((plate) => plate?.startsWith('01S'))).toEqual([]);
    expect(bench.keptPlates()).toContain('01WRONG1');
  });

  test('sends all of them where what was safe is damaged, whichever it was', async () => {
    await moreThanRemembered();
    const repair = bench.start();
    await repair.forgetKnown();
    bench.connect();
    await bench.pass(5 * MINUTE_MS);
    expect(bench.keptPlates()).toEqual(bench.ledgerPlates());
  });
});
