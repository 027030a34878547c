// What no table can be made to do on purpose: a read and the memory's row of it are stored in the same moment.
import { expect, test } from 'vitest';
import type { Detection, DetectionId } from '../detection/detection.ts';
import { aDetection, NOW, standingClock } from './detection.fixture.ts';
import { recordingTwins } from './record-twins.ts';

const read = aDetection({ plate: '01A123BC' });
const row = aDetection({ plate: '01A123BC', at: '2026-11-22T10:00:01.000Z', late: true, sources: ['history'] });

/** A table whose writers call `during` between what they have looked at and what they write. */
function table(during: (write: (detection: Detection) => void) => void) {
  const rows = new Map<DetectionId, Detection>();
  const write = (detection: Detection) => {
    const sources = [...new Set([...(rows.get(detection.id)?.sources ?? []), ...detection.sources])];
    rows.set(detection.id, { ...detection, ...rows.get(detection.id), sources });
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
    get: async (id) => rows.get(id) ?? null,
    twins: {
      of: async ({ id }) => [...rows.values()].filter((other) => other.id !== id),
      remove: async (id) => void rows.delete(id),
    },
    clock: standingClock(NOW + 600_000),
  });
  return { record, rows };
}

test('a row that found no read, and a read that was stored meanwhile, are one row', async () => {
  const { record, rows } = table((write) => write(read));
  expect(await record(row)).toBe('matched');
  expect([...rows.values()]).toMatchObject([{ id: read.id, sources: ['stream', 'history'] }]);
});

test('a read that found no row, and a row that was stored meanwhile, are one row', async () => {
  const { record, rows } = table((write) => write(row));
  expect(await record(read)).toBe('created');
  expect([...rows.values()]).toMatchObject([{ id: read.id, sources: ['stream', 'history'] }]);
});
