import { beforeEach, describe, expect, test } from 'vitest';
import { CameraIdSchema, type Detection, type Source } from '../../shared/detection/detection.ts';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { picNameAt } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { HeldRows } from './held-rows.ts';
import { RecentReads } from './recent-reads.ts';
import { RepairProgress } from './repair-progress.ts';
import { SweepTally, takeRows } from './take-rows.ts';

const GATE = CameraIdSchema.parse('gate');
const NOON = Date.parse('2026-11-22T12:00:00Z');
const SECOND_MS = 1_000;
const NOW = NOON + 10 * 60 * SECOND_MS;
/** A camera in UTC, on time. */
const WALL = { aheadMs: 0, zoneOf: () => '+00:00', clockOffsetOf: () => 0 };

let kept: Detection[];
let recent: RecentReads;
let progress: RepairProgress;
beforeEach(() => {
  kept = [];
  recent = new RecentReads();
  progress = new RepairProgress();
});

const row = (seconds: number, plateAsRead = '01A123BC'): PlateRow => ({
  picName: picNameAt(NOON + seconds * SECOND_MS),
  dateTime: null,
  plateAsRead,
  country: '',
  lane: '1',
  direction: 'unknown',
  list: '',
});
const idOf = (seconds: number) =>
  detectionFromPlate(row(seconds), { camera: GATE, receivedAt: NOW, timeZone: '+00:00', clockOffsetMs: 0 }).id;
/** The stream told of what passed then. */
function heard(seconds: number, source: Source = 'stream'): void {
  const arrival = { camera: GATE, receivedAt: NOW, timeZone: '+00:00', clockOffsetMs: 0 };
  recent.add({ ...detectionFromPlate(row(seconds), arrival), late: false, sources: [source] });
}
let isDiskFull = false;
async function take(tally: SweepTally, ...rows: PlateRow[]): Promise<void> {
  await takeRows(rows, WALL, tally, {
    camera: GATE,
    outbox: {
      addRead: async (read) => {
        if (isDiskFull) throw new Error('no space left');
        kept.push(read);
      },
    },
    clock: { now: () => NOW },
    progress,
    recent,
    held: new HeldRows(),
    streamCarriesPlates: () => true,
    replayedUntil: () => null,
  });
}

describe('the same truck again within five seconds', () => {
  test.each([0, 1])(
    'is kept where the stream told of its first passage only, %i s beside the memory',
    async (shift) => {
      heard(shift);
      const tally = new SweepTally();
      await take(tally, row(0), row(4));
      expect(kept.map(({ id }) => id)).toEqual([idOf(4)]);
      expect(kept[0]?.beside).toEqual([{ id: idOf(0), capturedAt: isoInstant(NOON) }]);
      expect(tally.seen.map(({ at }) => at)).toEqual([isoInstant(NOON), isoInstant(NOON + 4 * SECOND_MS)]);
    },
  );

  test.each<Source>(['stream', 'webhook'])(
    'is kept where the first passage was told of twice, again by the %s',
    async (source) => {
      heard(1);
      heard(1, source);
      await take(new SweepTally(), row(0), row(4));
      expect(kept.map(({ id }) => id)).toEqual([idOf(4)]);
    },
  );

  test('is no news where the stream told of both, and says who stood beside it where it told of none', async () => {
    for (const seconds of [1, 5]) heard(seconds);
    await take(new SweepTally(), row(0), row(4), row(40), row(44), row(60, '01B777CC'));
    expect(kept.map(({ capturedAt, beside }) => [capturedAt, beside?.map(({ id }) => id)])).toEqual([
      [isoInstant(NOON + 40 * SECOND_MS), [idOf(44)]],
      [isoInstant(NOON + 44 * SECOND_MS), [idOf(40)]],
      [isoInstant(NOON + 60 * SECOND_MS), undefined],
    ]);
  });

  test('is kept where its first passage ends a page of the memory, and the read is the second one’s', async () => {
    heard(4);
    const tally = new SweepTally();
    await take(tally, row(-60, '01B777CC'), row(0));
    await take(tally, row(4), row(9, '01C555DD'));
    expect(kept.filter(({ plate }) => plate === '01A123BC').map(({ id }) => id)).toEqual([idOf(0)]);
    expect(kept.find(({ id }) => id === idOf(0))?.beside?.map(({ id }) => id)).toEqual([idOf(4)]);
  });

  test('is not taken for settled while the disk is full', async () => {
    heard(4);
    const tally = new SweepTally();
    await take(tally, row(0));
    expect(progress.settled.has(idOf(0))).toBe(true);
    isDiskFull = true;
    await expect(take(tally, row(4))).rejects.toThrow('no space left');
    expect(progress.settled.has(idOf(0))).toBe(false);
    isDiskFull = false;
    await take(new SweepTally(), row(0), row(4));
    expect(kept.map(({ id }) => id)).toEqual([idOf(0)]);
    expect([...progress.unpictured]).toEqual([idOf(0)]);
  });

  test('is told of again with its neighbour where that began the next page', async () => {
    const tally = new SweepTally();
    await take(tally, row(0));
    await take(tally, row(4));
    expect(kept.map(({ id, beside = [] }) => [id, ...beside.map((each) => each.id)])).toEqual([
      [idOf(0)],
      [idOf(0), idOf(4)],
      [idOf(4), idOf(0)],
    ]);
    expect(tally.unpictured.map(({ detection }) => detection.beside?.length)).toEqual([1, 1]);
  });
});
