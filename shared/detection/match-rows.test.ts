import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoInstant } from '../support/clock.ts';
import { besideOf, withBeside } from './beside.ts';
import { type Beside, CameraIdSchema, type Detection, MAX_BESIDE } from './detection.ts';
import { detectionId } from './id.ts';
import { matchRows, type ToldRead, type ToldRow } from './match-rows.ts';
import { normalisePlate } from './plate.ts';
import { AROUND_MS, apartMs, isTwin } from './twin.ts';

const GATE = CameraIdSchema.parse('gate');
const NOON = Date.parse('2026-11-22T07:00:00.000Z');
const SECOND_MS = 1_000;

type Changes = { name?: string; plate?: string; lane?: string; sources?: Detection['sources']; uuid?: string };

/** As one road told of what passed so many seconds after noon; unread ones have ids of their own on every road. */
function read(seconds: number, { name, plate: asRead = '01A123BC', sources = ['stream'], ...more }: Changes = {}) {
  const at = isoInstant(NOON + seconds * SECOND_MS);
  const plate = normalisePlate(asRead);
  const identity = { camera: GATE, plate, wallClock: at.slice(0, 19), lane: more.lane ?? '', bytes: new Uint8Array() };
  const id = detectionId({ ...identity, eventOrPictureId: name ?? `${sources}` });
  const told: ToldRead = { id, camera: GATE, plate, at, capturedAt: at, sources, ...more };
  return told;
}
const row = (seconds: number, changes: Changes = {}): ToldRow => read(seconds, { ...changes, sources: ['history'] });
const push = (seconds: number, changes: Changes = {}) => read(seconds, { ...changes, sources: ['webhook'] });

/** The row of each read, by their seconds after noon. */
function matched(rows: readonly ToldRow[], reads: readonly ToldRead[]): [number, number[]][] {
  const { ofRow } = matchRows(rows, reads);
  const secondsOf = ({ at }: ToldRow) => (Date.parse(at) - NOON) / SECOND_MS;
  return rows.flatMap((each) => {
    const passage = ofRow.get(each.id);
    return passage === undefined ? [] : [[secondsOf(each), passage.map(secondsOf).toSorted()]];
  });
}

describe('the same truck again within five seconds', () => {
  test('whose second passage nobody heard is not taken for the first one', () => {
    expect(matched([row(0), row(4)], [read(0)])).toEqual([[0, [0]]]);
    expect(matched([row(0), row(4)], [read(1)])).toEqual([[0, [1]]]);
  });

  test.each([-1, 1])('that was heard twice, each time with a clock of %i s, has both its rows', (shift) => {
    for (const gap of [2, 3, 4, 5]) {
      const reads = [read(gap + shift), read(shift)];
      expect(matched([row(0), row(gap)], reads)).toEqual([
        [0, [shift]],
        [gap, [gap + shift]],
      ]);
    }
  });

  test('is one passage by both roads, which covers no second row', () => {
    for (const second of [push(1), push(1.9), push(5, { uuid: 'an-event' })]) {
      expect(matched([row(0), row(4.5)], [read(0, { uuid: 'an-event' }), second])).toEqual([
        [0, [0, (Date.parse(second.at) - NOON) / SECOND_MS]],
      ]);
    }
  });

  test('is two where one road told of it twice, or where each road’s read has a row of its own', () => {
    expect(matched([row(0), row(3)], [read(1), read(2)])).toHaveLength(2);
    expect(matched([row(0), row(1)], [read(0), push(1)])).toEqual([
      [0, [0]],
      [1, [1]],
    ]);
    expect(matchRows([], [read(0), read(1)]).passages).toHaveLength(2);
    expect(matchRows([], [read(0), push(1)]).passages).toHaveLength(1);
    expect(matchRows([], [read(0), push(3)]).passages).toHaveLength(2);
  });
});

test('a read is its own row’s before it is a nearer one’s, and what only the memory told of is nobody else’s', () => {
  expect(matched([row(1), row(0)], [read(0), read(3)])).toEqual([
    [1, [3]],
    [0, [0]],
  ]);
  expect(matched([row(0)], [read(1, { sources: ['history'] })])).toEqual([]);
});

describe('whatever passed', () => {
  const second = fc.integer({ min: 0, max: 40 });
  const told = fc.record({ seconds: second, plate: fc.constantFrom('01A123BC', '01B777CC', 'unknown') });
  const rows = fc.array(told, { maxLength: 15 }).map((all) => all.map((each) => row(each.seconds, each)));
  const roads = fc.constantFrom<Detection['sources']>(['stream'], ['webhook'], ['stream', 'history'], ['history']);
  const readsOf = (sources: typeof roads) =>
    fc
      .array(fc.tuple(told, sources), { maxLength: 15 })
      .map((all) => all.map(([each, by]) => read(each.seconds, { ...each, sources: by })))
      .map((all) => [...new Map(all.map((each) => [each.id, each])).values()]);

  test('each row has one passage at most and each passage one row; nothing that could still be joined is left', () => {
    fc.assert(
      fc.property(rows, readsOf(roads), (all, reads) => {
        const { passages, ofRow } = matchRows(all, reads);
        expect(passages.flat().toSorted(byId)).toEqual([...reads].toSorted(byId));
        expect(new Set(ofRow.values()).size).toBe(ofRow.size);
        for (const each of all) {
          const passage = ofRow.get(each.id);
          if (passage !== undefined) expect(passage.some(isOf(each))).toBe(true);
          else
            expect(passages.filter((free) => ![...ofRow.values()].includes(free) && free.some(isOf(each)))).toEqual([]);
        }
      }),
    );
  });

  test('the order in which it is known changes nothing', () => {
    const shuffled = fc
      .tuple(rows, readsOf(roads))
      .chain(([all, reads]) =>
        fc.tuple(
          fc.constant({ all, reads }),
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.shuffledSubarray(reads, { minLength: reads.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([{ all, reads }, rowsAgain, readsAgain]) => {
        const asIds = ({ ofRow }: ReturnType<typeof matchRows>) =>
          [...ofRow].map(([id, passage]) => [id, ...passage.map((each) => each.id).toSorted()].join()).toSorted();
        expect(asIds(matchRows(rowsAgain, readsAgain))).toEqual(asIds(matchRows(all, reads)));
      }),
    );
  });

  test('one more read of a road takes from no row what it had', () => {
    fc.assert(
      fc.property(rows, readsOf(fc.constant(['stream'])), (all, reads) => {
        const [last, ...before] = reads;
        const had = [...matchRows(all, before).ofRow.keys()];
        const has = matchRows(all, last === undefined ? [] : reads).ofRow;
        expect(had.filter((id) => !has.has(id))).toEqual([]);
      }),
    );
  });

  test('a row that says what was beside it is matched as among all of them', () => {
    fc.assert(
      fc.property(rows, readsOf(fc.constant(['stream'])), (all, reads) => {
        const steps = all.flatMap((each) => all.map((other) => apartMs(each, other)));
        fc.pre(Math.max(0, ...steps) <= AROUND_MS);
        const whole = matchRows(all, reads).ofRow;
        for (const each of all) {
          const alone = matchRows(withBeside({ ...each, beside: besideOf(each, all) }), reads).ofRow;
          expect(alone.get(each.id)).toEqual(whole.get(each.id));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('what stands beside a row', () => {
  test('is its neighbours of the same plate, or of the same lane where it is unread, the nearest ones where they are many', () => {
    const others = [row(15), row(16), row(0), row(-3), row(1, { plate: '01B777CC' })];
    expect(besideOf(row(0), others).map(secondsOf)).toEqual([-3, 15]);
    const unread = (seconds: number, lane: string) => row(seconds, { plate: 'unknown', lane });
    expect(besideOf(unread(0, '1'), [unread(1, '1'), unread(2, '2')]).map(secondsOf)).toEqual([1]);
    const many = Array.from({ length: 60 }, (_, n) => row(n / 4 - 7, { plate: 'unknown', name: `${n}` }));
    expect(besideOf(unread(0, '1'), many)).toHaveLength(MAX_BESIDE);
  });

  test('was corrected as the row itself was', () => {
    const corrected = { ...row(0), at: isoInstant(NOON - 3_600_000) };
    const [, other] = withBeside({ ...corrected, beside: besideOf(corrected, [row(3)]) });
    expect(other).toMatchObject({ id: row(3).id, at: isoInstant(NOON - 3_597_000), capturedAt: row(3).capturedAt });
  });
});

const secondsOf = ({ capturedAt }: Beside) => (Date.parse(capturedAt) - NOON) / SECOND_MS;
const byId = (a: ToldRow, b: ToldRow) => (a.id < b.id ? -1 : 1);
function isOf(each: ToldRow): (one: ToldRead) => boolean {
  return (one) => one.id === each.id || (`${one.sources}` !== 'history' && isTwin(each, one));
}
