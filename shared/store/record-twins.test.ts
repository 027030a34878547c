// The recorder's rule over a table in memory: every order of messages, and what no table can be made to do on purpose.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { besideOf } from '../detection/beside.ts';
import type { Detection, DetectionId } from '../detection/detection.ts';
import { AROUND_MS, apartMs } from '../detection/twin.ts';
import { isoInstant } from '../support/clock.ts';
import { aDetection, NOW, standingClock } from './detection.fixture.ts';
import { recordingTwins } from './record-twins.ts';

const SECOND_MS = 1_000;
const at = (seconds: number) => isoInstant(NOW + seconds * SECOND_MS);
const read = (seconds: number, source: 'stream' | 'webhook' = 'stream') =>
  aDetection({ at: at(seconds), sources: [source] });
const row = (seconds: number) => aDetection({ at: at(seconds), late: true, sources: ['history'] });
/** As the bridge sends them: each with those that stand beside it. */
const rowsAt = (...seconds: number[]): Detection[] =>
  seconds.map((each) => ({ ...row(each), beside: besideOf(row(each), seconds.map(row)) }));

/** `during` is called once, between what its first writer has looked at and what it writes. */
function table(during: (write: (detection: Detection) => void) => void = () => {}) {
  const rows = new Map<DetectionId, Detection>();
  const write = (detection: Detection) => {
    const known = rows.get(detection.id);
    const sources = [...new Set([...(known?.sources ?? []), ...detection.sources])];
    const beside = new Map([...(detection.beside ?? []), ...(known?.beside ?? [])].map((each) => [each.id, each]));
    const { beside: _, ...merged } = { ...detection, ...known, sources };
    rows.set(detection.id, { ...merged, ...(beside.size > 0 && { beside: [...beside.values()] }) });
  };
  let isFirst = true;
  const record = recordingTwins({
    merge: async (detection) => {
      if (isFirst) during(write);
      isFirst = false;
      const outcome = rows.has(detection.id) ? 'merged' : 'created';
      write(detection);
      return outcome;
    },
    twins: {
      around: async (detection) => [...rows.values()].filter((other) => apartMs(detection, other) <= AROUND_MS),
      remove: async (id) => void rows.delete(id),
    },
    clock: standingClock(NOW + 600_000),
  });
  return { record, rows };
}

const ids = (detections: Iterable<Detection>) => [...detections].map(({ id }) => id).toSorted();

describe('a row and a read that are stored in the same moment are one', () => {
  test('where the row found no read', async () => {
    const { record, rows } = table((write) => write(read(0)));
    expect(await record(row(1))).toBe('matched');
    expect([...rows.values()]).toMatchObject([{ id: read(0).id, sources: ['stream', 'history'] }]);
  });

  test('where the read found no row', async () => {
    const { record, rows } = table((write) => write(row(1)));
    expect(await record(read(0))).toBe('created');
    expect([...rows.values()]).toMatchObject([{ id: read(0).id, sources: ['stream', 'history'] }]);
  });
});

test('a row that tells no time is no read of the moment in which it was asked for', async () => {
  const { record, rows } = table();
  const timeless: Detection = { ...row(1), timeFrom: 'arrival' };
  for (const message of [read(0), timeless, read(0), { ...read(2), late: true }]) await record(message);
  expect(ids(rows.values())).toEqual(ids([read(0), timeless, read(2)]));
});

describe('the same truck again within five seconds', () => {
  test.each([0, 1])('whose second passage nobody heard is stored: the first read’s time is %i s off', async (shift) => {
    const { record, rows } = table();
    for (const message of [read(shift), ...rowsAt(0, 4)]) await record(message);
    expect(ids(rows.values())).toEqual(ids([read(shift), row(4)]));
  });

  test('that was missed both times is two, and stays two when a late read of one comes', async () => {
    const { record, rows } = table();
    for (const message of [...rowsAt(0, 4), read(1), ...rowsAt(4, 0), read(1)]) await record(message);
    expect(ids(rows.values())).toEqual(ids([read(1), row(4)]));
  });

  test('is told again once its neighbour is known, and is then a read of its own', async () => {
    const { record, rows } = table();
    const [first, second] = rowsAt(0, 4);
    // Its page of the memory ended before the neighbour.
    for (const message of [read(4), row(0)]) await record(message);
    expect(ids(rows.values())).toEqual(ids([read(4)]));
    for (const message of [first, second, row(0)]) if (message) await record(message);
    expect(ids(rows.values())).toEqual(ids([row(0), read(4)]));
  });
});

describe('whatever passed, and in whatever order and however often its messages come', () => {
  const passage = fc.record({
    gap: fc.integer({ min: 3, max: 8 }),
    isASecondOff: fc.boolean(),
    heard: fc.constantFrom('by the stream', 'by a push', 'by nobody'),
  });
  /** Each read's time and its row's differ by a second at most, all in one direction. */
  const passages = fc
    .tuple(fc.array(passage, { minLength: 1, maxLength: 5 }), fc.constantFrom(-1, 1))
    .map(([all, second]) =>
      all.map(({ gap, isASecondOff, heard }, n) => ({
        second: all.slice(0, n).reduce((sum, before) => sum + before.gap, gap),
        shift: isASecondOff ? second : 0,
        heard,
      })),
    );

  test('the table holds one row for each passage: its read, or what only the memory has of it', async () => {
    const messages = passages.chain((all) => {
      const rows = rowsAt(...all.map(({ second }) => second));
      const reads = all.map(({ second, shift, heard }) => {
        if (heard === 'by nobody') return null;
        return read(second + shift, heard === 'by a push' ? 'webhook' : 'stream');
      });
      const kept = reads.map((each, n) => each ?? rows[n]).filter((each) => each !== undefined);
      const sent = [...rows, ...reads.filter((each) => each !== null)];
      const twice = [...sent, ...sent];
      return fc
        .tuple(fc.constant(kept), fc.shuffledSubarray(twice, { minLength: sent.length, maxLength: twice.length }))
        .filter(([, order]) => sent.every((each) => order.includes(each)));
    });
    await fc.assert(
      fc.asyncProperty(messages, async ([kept, order]) => {
        const { record, rows } = table();
        for (const message of order) await record(message);
        expect(ids(rows.values())).toEqual(ids(kept));
      }),
      { numRuns: 300 },
    );
  });

  test('two roads that differ by a second keep their two reads, which cover one row', async () => {
    const sent = [read(0), read(1, 'webhook'), ...rowsAt(0, 4)];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...sent, ...sent], { minLength: 8 }), async (order) => {
        const { record, rows } = table();
        for (const message of order) await record(message);
        expect(ids(rows.values())).toEqual(ids([read(0), read(1), row(4)]));
      }),
    );
  });
});
