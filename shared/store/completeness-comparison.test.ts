import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DetectionIdSchema, type Source } from '../detection/detection.ts';
import { matchRows } from '../detection/match-rows.ts';
import { isTwin } from '../detection/twin.ts';
import { isoInstant } from '../support/clock.ts';
import { rowOf } from './completeness.fixture.ts';
import { HOUR_MS, hourOf } from './completeness-accounts.ts';
import { compareHours, rowsWithoutRead, type StoredRead } from './completeness-comparison.ts';
import type { RememberedRow } from './completeness-rows.ts';
import { aDetection, camera, NOW } from './detection.fixture.ts';

const GATE = camera('gate');
const HOUR = hourOf(isoInstant(NOW));
const at = (seconds: number) => isoInstant(NOW + seconds * 1_000);

type Changes = { plate?: string | null; lane?: string; sources?: Source[]; isRecovered?: boolean };

function read(seconds: number, { isRecovered = false, ...changes }: Changes = {}): StoredRead {
  const {
    id,
    camera: gate,
    plate,
    lane,
    at: instant,
    capturedAt,
    sources,
  } = aDetection({ at: at(seconds), ...changes });
  return { id, camera: gate, plate, ...(lane && { lane }), at: instant, capturedAt, sources, isRecovered };
}
const row = (seconds: number, changes: Changes = {}): RememberedRow => rowOf(read(seconds, changes));
const compare = (rows: readonly RememberedRow[], reads: readonly StoredRead[]) =>
  compareHours({ camera: GATE, rows, reads });

describe('a row of the camera’s memory', () => {
  test('is there under its own id', () => {
    expect(compare([row(1)], [read(1)])).toEqual([
      { hour: HOUR, lane: null, camera: 1, stored: 1, recovered: 0, onlyInCamera: [], onlyStored: [] },
    ]);
  });

  test.each([
    ['a second apart', 1, 0],
    ['five seconds apart', 5, 0],
    ['six seconds apart', 6, 1],
  ])('is there as the stream’s read of the same plate %s, within five', (_, seconds, missing) => {
    const [hour] = compare([row(0)], [read(seconds)]);
    expect([hour?.onlyInCamera.length, hour?.onlyStored.length]).toEqual([missing, missing]);
  });

  test('is not there as the read of another plate, nor as what only the memory told of another row', () => {
    expect(rowsWithoutRead({ camera: GATE, rows: [row(0)], reads: [read(1, { plate: '01B777CC' })] })).toHaveLength(1);
    const recovered = read(1, { sources: ['history'], isRecovered: true });
    expect(rowsWithoutRead({ camera: GATE, rows: [row(0)], reads: [recovered] })).toHaveLength(1);
  });

  test('without a plate is there as the unread vehicle of its lane within two seconds', () => {
    const unread = { plate: null, lane: '1' };
    const own = { ...row(0, unread), id: DetectionIdSchema.parse('a'.repeat(26)) };
    expect(compare([own], [read(2, unread)])).toMatchObject([{ lane: '1', camera: 1, stored: 1, onlyInCamera: [] }]);
    expect(compare([own], [read(3, unread)])).toMatchObject([{ camera: 1, stored: 1, onlyInCamera: [own] }]);
    expect(compare([own], [read(2, { ...unread, lane: '2' })])).toMatchObject([
      { lane: '1', camera: 1, stored: 0 },
      { lane: '2', camera: 0, stored: 1 },
    ]);
  });

  test('takes its read into its own hour and lane, and one read is there for one row only', () => {
    const [first, second] = [row(-1, { lane: '1' }), row(3, { lane: '1' })];
    const rows = [first, second];
    expect(compare(rows, [read(0)])).toMatchObject([
      { hour: hourOf(at(-1)), lane: '1', camera: 1, stored: 1 },
      { hour: HOUR, lane: '1', camera: 1, stored: 0, onlyInCamera: [second] },
    ]);
    expect(rowsWithoutRead({ camera: GATE, rows, reads: [read(0)] })).toEqual([second]);
    expect(rowsWithoutRead({ camera: GATE, rows: [second], among: rows, reads: [read(0)] })).toEqual([second]);
    expect(rowsWithoutRead({ camera: GATE, rows: [second], reads: [read(0)] })).toEqual([]);
  });

  test('with a read of two roads, a second apart, is one line, and covers no row beside it', () => {
    const push = read(1, { sources: ['webhook'] });
    expect(compare([row(0)], [read(0), push])).toMatchObject([
      { camera: 1, stored: 1, onlyInCamera: [], onlyStored: [] },
    ]);
    expect(compare([row(0), row(4)], [read(0), push])).toMatchObject([
      { camera: 2, stored: 1, onlyInCamera: [row(4)] },
    ]);
    expect(compare([], [read(0), push])).toMatchObject([{ camera: 0, stored: 1, onlyStored: [read(0)] }]);
  });
});

describe('a stored read', () => {
  test('that the memory brought counts as recovered, and was in the memory even where its row is told no more', () => {
    const recovered = read(1, { sources: ['history'], isRecovered: true });
    expect(compare([], [recovered])).toMatchObject([{ camera: 1, stored: 1, recovered: 1, onlyStored: [] }]);
    expect(compare([row(1)], [recovered])).toMatchObject([{ camera: 1, stored: 1, recovered: 1, onlyStored: [] }]);
  });

  test('that the camera does not hold is told as only ours', () => {
    expect(compare([], [read(1)])).toMatchObject([{ camera: 0, stored: 1, recovered: 0, onlyStored: [read(1)] }]);
  });
});

describe('whatever was lost on either side', () => {
  const plates = fc.constantFrom('01A123BC', '01B777CC', null);
  const lanes = fc.constantFrom('1', '2', '');
  const sources = fc.constantFrom<Source[]>(['stream'], ['history'], ['stream', 'history'], ['webhook']);
  const passage = fc.record({ seconds: fc.integer({ min: -30, max: 30 }), plate: plates, lane: lanes, sources });
  const passages = fc.array(passage, { maxLength: 30 });
  const readsOf = (all: { seconds: number; plate: string | null; lane: string; sources: Source[] }[]) => {
    const reads = all.map(({ seconds, lane, ...rest }) => read(seconds, { ...rest, ...(lane && { lane }) }));
    return [...new Map(reads.map((each) => [each.id, each])).values()];
  };
  const rowsOf = (all: { seconds: number; plate: string | null; lane: string }[]) =>
    all.map(({ seconds, plate, lane }, n) => ({
      ...row(seconds, { plate, ...(lane && { lane }) }),
      picName: `${rowOf(read(seconds)).picName}${n}` as RememberedRow['picName'],
    }));

  test('each row is there as the recorder would have it, one read for one row, and every count adds up', () => {
    fc.assert(
      fc.property(passages, passages, (remembered, kept) => {
        const [rows, reads] = [rowsOf(remembered), readsOf(kept)];
        const hours = compare(rows, reads);
        const missing = hours.flatMap(({ onlyInCamera }) => onlyInCamera);
        const there = new Set(rows.filter((each) => !missing.includes(each)).map(({ id }) => id));
        const isTwinOf =
          ({ plate, capturedAt, lane }: RememberedRow) =>
          (each: StoredRead) =>
            each.sources.some((source) => source !== 'history') &&
            isTwin({ camera: GATE, plate, capturedAt, at: capturedAt, ...(lane && { lane }) }, each);
        for (const each of rows) {
          const isOwn = reads.some(({ id }) => id === each.id);
          if (isOwn) expect(there).toContain(each.id);
          else if (there.has(each.id)) expect(reads.some(isTwinOf(each))).toBe(true);
        }
        expect(there.size).toBeLessThanOrEqual(reads.length);
        expect(new Set(rowsWithoutRead({ camera: GATE, rows, reads }))).toEqual(new Set(missing));
        const sum = (of: (hour: (typeof hours)[number]) => number) => hours.reduce((all, hour) => all + of(hour), 0);
        expect(sum(({ stored }) => stored)).toBeLessThanOrEqual(reads.length);
        expect(sum(({ stored }) => stored)).toBeGreaterThanOrEqual(matchRows([], reads).passages.length);
        expect(sum((hour) => hour.camera)).toBeGreaterThanOrEqual(rows.length);
        for (const hour of hours) {
          expect(hour.onlyInCamera.length).toBeLessThanOrEqual(hour.camera);
          expect(hour.onlyStored.length).toBeLessThanOrEqual(hour.stored);
          expect(Date.parse(hour.hour) % HOUR_MS).toBe(0);
        }
      }),
    );
  });

  test('nothing is missing of what was stored whole, and all of it when the table is empty', () => {
    fc.assert(
      fc.property(passages, (remembered) => {
        const rows = rowsOf(remembered);
        const whole = readsOf(remembered.map((each) => ({ ...each, sources: ['stream'] })));
        expect(compare(rows, whole).flatMap(({ onlyInCamera }) => onlyInCamera)).toEqual([]);
        expect(rowsWithoutRead({ camera: GATE, rows, reads: [] })).toEqual(rows);
      }),
    );
  });
});
