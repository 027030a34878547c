import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePicNames, type PicName, picNameAt } from '../../shared/isapi/plates/pic-name.ts';
import type { PlateRow } from '../../shared/isapi/plates/read-plates.ts';
import { PageWalk } from './page-walk.ts';

const BEGINNING = picNameAt(Date.UTC(2000, 0));
const START = Date.UTC(2026, 10, 22, 12);
const MINUTE_MS = 60_000;

const rowAt = (minute: number): PlateRow => ({
  picName: picNameAt(START + minute * MINUTE_MS),
  dateTime: null,
  plateAsRead: '',
  country: '',
  lane: '1',
  direction: 'unknown',
  list: '',
});

/** A camera that lists as it has stored, so many rows at most. */
function answerOf(memory: readonly PlateRow[], perAnswer: number): (after: PicName) => PlateRow[] {
  return (after) => memory.filter(({ picName }) => comparePicNames(picName, after) > 0).slice(0, perAnswer);
}

function walked(walk: PageWalk, answer: (after: PicName) => PlateRow[]): PicName[] {
  const names: PicName[] = [];
  walk.begin();
  while (!walk.isOver) names.push(...walk.hear(answer(walk.after)).map(({ row }) => row.picName));
  return names;
}

describe('a walk through all that a camera remembers', () => {
  const PER_ANSWER = 40;
  /** A vehicle a minute, and now and then a clock that is set back by up to as many as half an answer holds. */
  const stretch = fc.record({ vehicles: fc.integer({ min: 40, max: 150 }), back: fc.integer({ min: 1, max: 20 }) });

  test('finds each row once, wherever the clock was set back, in twice as many questions as there are pages', () => {
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 4 }), (stretches) => {
        const minutes: number[] = [];
        let at = 0;
        for (const { vehicles, back } of stretches) {
          // Some seconds beside those of the hour before: no two rows have one name.
          for (let n = 0; n < vehicles; n += 1) minutes.push(at + n);
          at += vehicles - back + 1 / 8;
        }
        const memory = minutes.map(rowAt);
        const walk = new PageWalk({ after: BEGINNING, overlaps: true });
        const found = walked(walk, answerOf(memory, PER_ANSWER));
        expect(found.toSorted()).toEqual(memory.map(({ picName }) => picName).toSorted());
        const pages = Math.ceil(memory.length / PER_ANSWER);
        expect(walk.questions).toBeLessThanOrEqual(2 * (pages + stretches.length) + 3);
        expect(walk.rows).toBe(memory.length);
      }),
      { numRuns: 60 },
    );
  });

  test('knows two vehicles of one moment apart though the camera gives both one name, and no third where it repeats them', () => {
    const both = [rowAt(0), { ...rowAt(0), lane: '2' }, { ...rowAt(0), plateAsRead: '01A123BC' }];
    const walk = new PageWalk({ after: BEGINNING });
    expect(walked(walk, answerOf([...both, ...both, rowAt(1)], PER_ANSWER))).toHaveLength(4);
  });

  test('tells which rows were named after all before them', () => {
    const memory = [1, 2, 5, 3, 4, 6].map(rowAt);
    const walk = new PageWalk({ after: BEGINNING, overlaps: true });
    walk.begin();
    expect(walk.hear(memory).map(({ inOrder }) => inOrder)).toEqual([true, true, true, false, false, true]);
  });
});

describe('a walk that is broken off', () => {
  const memory = Array.from({ length: 90 }, (_, n) => rowAt(n));
  const answer = answerOf(memory, 40);
  const names = memory.map(({ picName }) => picName);

  test.each([true, false])('hears each row once all the same, and in its order (half a page again: %s)', (overlaps) => {
    const walk = new PageWalk({ after: BEGINNING, overlaps });
    const heard = [];
    while (!walk.isOver) {
      walk.begin();
      heard.push(...walk.hear(answer(walk.after)));
    }
    expect(heard.map(({ row }) => row.picName)).toEqual(names);
    expect(heard.every(({ inOrder }) => inOrder)).toBe(true);
    expect(walk.rows).toBe(90);
  });

  test('hears a page again that could not be kept, be it the last one', () => {
    const walk = new PageWalk({ after: BEGINNING, latest: picNameAt(START + 100 * MINUTE_MS), marks: [BEGINNING] });
    const kept: PicName[] = [];
    for (let question = 0; !walk.isOver; question += 1) {
      if (question % 2 === 0) walk.begin();
      const backToHere = walk.here();
      const heard = walk.hear(answer(walk.after));
      if (question % 2 === 0) backToHere();
      else kept.push(...heard.map(({ row }) => row.picName));
    }
    expect(kept).toEqual(names);
    expect(walk.rows).toBe(90);
  });
});

describe('a walk from the cursor', () => {
  test('asks page after page, and once more', () => {
    const memory = Array.from({ length: 90 }, (_, n) => rowAt(n));
    const walk = new PageWalk({ after: BEGINNING, latest: picNameAt(START + 90 * MINUTE_MS), marks: [BEGINNING] });
    expect(walked(walk, answerOf(memory, 40))).toHaveLength(90);
    expect(walk.questions).toBe(4);
  });

  test('asks from each mark where rows are named later than the wall shows', () => {
    const before = Array.from({ length: 120 }, (_, n) => rowAt(n));
    const since = [60.5, 61.5, 62.5].map(rowAt);
    const latest = picNameAt(START + 63 * MINUTE_MS);
    const walk = new PageWalk({ after: BEGINNING, latest, marks: [picNameAt(START + 60 * MINUTE_MS)] });
    expect(walked(walk, answerOf([...before, ...since], 70))).toHaveLength(123);
  });
});

test('whatever a camera answers, a walk asks for later and later names or is over', () => {
  const answers = fc.array(fc.array(fc.integer({ min: -5, max: 60 }), { maxLength: 12 }), { maxLength: 80 });
  fc.assert(
    fc.property(answers, fc.boolean(), (all, overlaps) => {
      const walk = new PageWalk({ after: rowAt(0).picName, overlaps });
      const heard: PicName[] = [];
      walk.begin();
      for (const minutes of all) {
        if (walk.isOver) break;
        const before = walk.after;
        heard.push(...walk.hear(minutes.map(rowAt)).map(({ row }) => row.picName));
        expect(comparePicNames(walk.after, before)).toBeGreaterThanOrEqual(0);
      }
      expect(new Set(heard).size).toBe(heard.length);
      // Each question moves on, or is the one more before the end.
      expect(walk.questions).toBeLessThanOrEqual(2 * 61 + 2);
    }),
    { numRuns: 60 },
  );
});
