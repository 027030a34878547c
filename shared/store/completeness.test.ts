// Hours compared against a real table: what is stored by the recorder's own road, and what cameras are said to remember.
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CameraId, Detection } from '../detection/detection.ts';
import { isoInstant } from '../support/clock.ts';
import { silentLog } from '../support/log.ts';
import { rowOf } from './completeness.fixture.ts';
import { type ComparedHour, completenessOf, tableCompleteness } from './completeness.ts';
import {
  emptyAccount,
  HOUR_MS,
  type HourAccount,
  hourOf,
  tableHourAccounts,
  withRows,
} from './completeness-accounts.ts';
import type { StoredRead } from './completeness-comparison.ts';
import { mergedSpans, type StoredReads, storedReads } from './completeness-reads.ts';
import type { RememberedRow } from './completeness-rows.ts';
import { aDetection, camera, NOW, standingClock } from './detection.fixture.ts';
import { detectionStore } from './detections.ts';
import { type EmbeddedTable, openDynalite } from './embedded.fixture.ts';
import { detectionKey } from './keys.ts';

const HOUR = hourOf(isoInstant(NOW));
const hour = (n: number) => isoInstant(Date.parse(HOUR) + n * HOUR_MS);
const at = (seconds: number) => isoInstant(NOW + seconds * 1_000);
/** All that is read is stored by now. */
const clock = standingClock(NOW + HOUR_MS);

describe('what is stored of an hour', () => {
  let embedded: EmbeddedTable;
  let cameras = 0;
  beforeAll(async () => {
    embedded = await openDynalite();
  });
  afterAll(() => embedded?.close());

  /** A camera of its own, with what is stored of it and what it remembers. */
  async function aCamera(stored: readonly Partial<Detection>[], remembered: readonly RememberedRow[], aheadMs = 0) {
    cameras += 1;
    const id = camera(`camera-${cameras}`);
    const store = detectionStore({ ...embedded, clock, log: silentLog });
    for (const changes of stored) await store.record(readBy(id, changes));
    const accounts = tableHourAccounts({ ...embedded, clock });
    for (const [each, rows] of Map.groupBy(remembered, ({ capturedAt }) => hourOf(capturedAt))) {
      await accounts.write(id, withRows(emptyAccount(each), { rows, aheadMs }));
    }
    return { id, completeness: tableCompleteness({ ...embedded, clock }) };
  }
  const readBy = (id: CameraId, changes: Partial<Detection>) =>
    aDetection({ lane: '1', ...changes, camera: id, plate: changes.plate === undefined ? '01A123BC' : changes.plate });
  /** Ids are the camera's too: rows are those of the next one that is made. */
  const rowOfNext = (changes: Partial<Detection>) => rowOf(readBy(camera(`camera-${cameras + 1}`), changes));

  test('is complete where each row has its read: live, a second beside, recovered, or unread', async () => {
    const history = { sources: ['history' as const], late: true, receivedAt: at(600) };
    const { id, completeness } = await aCamera(
      [{ at: at(1) }, { at: at(60) }, { at: at(120), ...history }, { at: at(180), plate: null }],
      [{ at: at(1) }, { at: at(61) }, { at: at(120) }, { at: at(181), plate: null }].map(rowOfNext),
    );
    const { hours } = await completeness.compare(id, hour(0), hour(1));
    expect(hours).toEqual([
      {
        hour: HOUR,
        lane: '1',
        camera: 4,
        stored: 4,
        recovered: 1,
        onlyInCamera: [],
        onlyStored: [],
        isCapped: false,
        isExpired: false,
      },
    ]);
  });

  test('was recovered by the memory only where that told of it first', async () => {
    const history = { sources: ['history' as const], late: true };
    const { id, completeness } = await aCamera(
      [
        { at: at(1), receivedAt: at(2) },
        { at: at(1), ...history, receivedAt: at(130) },
        { at: at(60), ...history, receivedAt: at(190) },
        { at: at(60), receivedAt: at(200), sources: ['webhook'] },
        { at: at(90), sources: ['history'], receivedAt: at(91) },
      ],
      [],
    );
    expect((await completeness.compare(id, hour(0), hour(1))).hours).toMatchObject([
      { camera: 3, stored: 3, recovered: 1 },
    ]);
  });

  test('lacks the row that somebody deleted, and every hour of the span is told of, newest first', async () => {
    const lost = rowOfNext({ at: at(5) });
    const { id, completeness } = await aCamera([{ at: at(5) }, { at: at(500) }], [lost, rowOfNext({ at: at(500) })]);
    await embedded.client.send(new DeleteCommand({ TableName: embedded.table, Key: detectionKey(lost.id) }));
    const { from, hours } = await completeness.compare(id, hour(-2), hour(1));
    expect(from).toBe(hour(-2));
    expect(hours).toMatchObject([
      { hour: hour(0), lane: '1', camera: 2, stored: 1, onlyInCamera: [lost] },
      { hour: hour(-1), lane: null, camera: 0, stored: 0, onlyInCamera: [] },
      { hour: hour(-2), lane: null, camera: 0, stored: 0 },
    ]);
  });

  test('is found by the camera’s own clock, a year ahead of ours, though the timeline is in right time', async () => {
    const aheadMs = 365 * 24 * HOUR_MS;
    const wrong = (seconds: number) => isoInstant(NOW + aheadMs + seconds * 1_000);
    const told = [{ at: wrong(1) }, { at: wrong(61), plate: null }];
    const corrected = told.map(({ at: capturedAt, ...rest }, n) => {
      // As far as two roads' measurements differ.
      const right = isoInstant(Date.parse(capturedAt) - aheadMs + n * 20_000);
      return { ...rest, at: right, capturedAt, timeFrom: 'corrected' as const };
    });
    const { id, completeness } = await aCamera([], told.map(rowOfNext), aheadMs);
    const store = detectionStore({ ...embedded, clock, log: silentLog });
    for (const [n, changes] of corrected.entries()) {
      await store.record({ ...readBy(id, changes), id: readBy(id, told[n] ?? {}).id });
    }
    const { hours } = await completeness.compare(id, hourOf(wrong(0)), hourOf(wrong(3_600)));
    expect(hours).toMatchObject([{ camera: 2, stored: 2, onlyInCamera: [], onlyStored: [] }]);
  });

  test('of many reads is fetched in pages, each read once', async () => {
    const many = Array.from({ length: 105 }, (_, n) => ({ at: at(n * 7) }));
    const { id } = await aCamera(many, []);
    const reads = storedReads({ ...embedded, clock });
    const moments = await reads.moments(id, [
      { from: hour(0), to: hour(1) },
      { from: at(100), to: hour(2) },
    ]);
    expect(moments).toHaveLength(105);
    const ids = moments.map((moment) => moment.id);
    const stored = await reads.fetch([...ids, ...ids]);
    expect(stored.map((read) => read.id).toSorted()).toEqual(ids.toSorted());
  });
});

describe('a comparison', () => {
  const gate = camera('gate');
  /** The table as lists: rows and reads of the hours around HOUR. */
  function told(
    rows: readonly RememberedRow[],
    stored: readonly StoredRead[],
    limits: { maxCompared?: number; retentionDays?: number } = {},
  ) {
    const known = new Map<string, HourAccount>();
    for (const [each, of] of Map.groupBy(rows, ({ capturedAt }) => hourOf(capturedAt))) {
      known.set(each, withRows(emptyAccount(each), { rows: of, aheadMs: null }));
    }
    const reads: StoredReads = {
      moments: async (_, spans) =>
        stored.filter((read) => mergedSpans(spans).some(({ from, to }) => from <= read.at && read.at < to)),
      fetch: async (ids) => stored.filter(({ id }) => ids.includes(id)),
    };
    return completenessOf({
      accounts: {
        between: async (_, from, to) => [...known.values()].filter((each) => from <= each.hour && each.hour < to),
      },
      reads,
      memories: { read: async () => null },
      clock,
      ...limits,
    });
  }
  function read(second: number, plate: string | null): StoredRead {
    const { id, camera: by, at: instant, capturedAt, sources, plate: seen } = aDetection({ at: at(second), plate });
    return { id, camera: by, plate: seen, at: instant, capturedAt, sources, isRecovered: false };
  }

  test('of many hours is that of each one alone, even where a row and its read are on two sides of an hour', async () => {
    const seconds = fc.integer({ min: -20, max: 20 }).chain((second) => fc.constantFrom(second, second + 3_600));
    const passages = fc.array(fc.record({ second: seconds, plate: fc.constantFrom('01A123BC', null) }), {
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(passages, passages, async (remembered, kept) => {
        const rows = remembered.map(({ second, plate }) => rowOf(read(second, plate)));
        const reads = [
          ...new Map(kept.map(({ second, plate }) => [read(second, plate).id, read(second, plate)])).values(),
        ];
        const whole = (await told(rows, reads).compare(gate, hour(-1), hour(5))).hours;
        const alone: ComparedHour[] = [];
        for (const n of [4, 3, 2, 1, 0, -1])
          alone.push(...(await told(rows, reads).compare(gate, hour(n), hour(n + 1))).hours);
        expect(alone).toEqual(whole);
      }),
    );
  });

  test('that would hold too much ends early, and says from where it is whole', async () => {
    const reads = Array.from({ length: 30 }, (_, n) => read(-n * 3_600, '01A123BC'));
    const { from, hours } = await told([], reads, { maxCompared: 10 }).compare(gate, hour(-40), hour(1));
    expect(from).toBe(hour(-11));
    expect(hours.map((each) => each.hour)).toEqual(Array.from({ length: 12 }, (_, n) => hour(-n)));
    expect(hours.every(({ stored }) => stored === 1)).toBe(true);
  });

  test('of hours whose reads are kept no longer says so: nothing of them is there to be compared', async () => {
    const { hours } = await told([], [], { retentionDays: 1 }).compare(gate, hour(-25), hour(1));
    // The clock stands at the end of HOUR.
    expect(hours.filter(({ isExpired }) => isExpired).map((each) => each.hour)).toEqual([
      hour(-23),
      hour(-24),
      hour(-25),
    ]);
    expect((await told([], []).compare(gate, hour(-25), hour(1))).hours.some(({ isExpired }) => isExpired)).toBe(false);
  });
});
