import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DetectionIdSchema } from '../detection/detection.ts';
import { normalisePlate } from '../detection/plate.ts';
import { parsePicName } from '../isapi/plates/pic-name.ts';
import { isoInstant } from '../support/clock.ts';
import { MAX_ACCOUNT_ROWS, packRows, type RememberedRow, unpackRows } from './completeness-rows.ts';

const HOUR = '2026-11-22T10:00:00.000Z';
const ITEM_BYTES = 400_000;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

const ids = fc.stringMatching(/^[a-z2-7]{26}$/).map((id) => DetectionIdSchema.parse(id));
const names = fc
  .stringMatching(/^20261122\d\d(0[0-9]|[1-5][0-9])(0[0-9]|[1-5][0-9])\d{0,11}$/)
  .map(parsePicName)
  .filter((name) => name !== null);
const rows: fc.Arbitrary<RememberedRow> = fc.record({
  picName: names,
  id: ids,
  capturedAt: fc.integer({ min: 0, max: 3_599_999 }).map((ms) => isoInstant(Date.parse(HOUR) + ms)),
  plate: fc.oneof(fc.constant(null), fc.string({ unit: 'binary' }).map(normalisePlate)),
  lane: fc.string({ maxLength: 128 }),
});

/** Ids and plates that no packing makes shorter. */
function incompressibleRows(count: number, plate: () => string, lane = () => '1'): RememberedRow[] {
  return Array.from({ length: count }, (_, n) => {
    const second = String(Math.floor((n * 3_600) / count) % 60).padStart(2, '0');
    const minute = String(Math.floor((n * 60) / count)).padStart(2, '0');
    const picName = parsePicName(`2026112215${minute}${second}${String(n).padStart(11, '0')}`);
    if (picName === null) throw new Error('not a name');
    const id = DetectionIdSchema.parse([...randomBytes(26)].map((byte) => BASE32[byte % 32]).join(''));
    return {
      picName,
      id,
      capturedAt: `2026-11-22T10:${minute}:${second}.123Z`,
      plate: normalisePlate(plate()),
      lane: lane(),
    };
  });
}

describe('the rows of an hour', () => {
  test('come back as they were packed, whatever the plates and lanes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { maxLength: 30 }), async (all) => {
        const packed = await packRows(HOUR, all);
        expect(packed.rows).toBe(all.length);
        expect(await unpackRows(HOUR, packed.bytes)).toEqual(all);
      }),
    );
  });

  test('of a vehicle a second with the longest names fit into one item of the table', async () => {
    const all = incompressibleRows(3_600, () => `01A${randomBytes(3).toString('hex')}`);
    const packed = await packRows(HOUR, all);
    expect(packed.rows).toBe(3_600);
    expect(packed.bytes.length).toBeLessThan(ITEM_BYTES / 2);
    expect(await unpackRows(HOUR, packed.bytes)).toEqual(all);
  });

  test('that would not fit are cut, and it is told how many are left', async () => {
    const letters = () => [...randomBytes(64)].map((byte) => String.fromCodePoint(0x4e00 + byte * 80)).join('');
    const all = incompressibleRows(MAX_ACCOUNT_ROWS + 500, letters, letters);
    const packed = await packRows(HOUR, all);
    expect(packed.rows).toBeGreaterThan(1_000);
    expect(packed.rows).toBeLessThan(MAX_ACCOUNT_ROWS);
    expect(packed.bytes.length).toBeLessThan(ITEM_BYTES);
    expect(await unpackRows(HOUR, packed.bytes)).toEqual(all.slice(0, packed.rows));
  });

  test('are refused when they are not packed rows, however long they claim to be', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        await expect(unpackRows(HOUR, bytes)).rejects.toThrow();
      }),
    );
  });
});
