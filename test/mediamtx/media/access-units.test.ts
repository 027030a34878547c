import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AccessUnit, createDepacketizer } from './access-units.ts';

const SPS = Buffer.from([0x67, 0x42, 0xc0, 0x1e, 1]);
const PPS = Buffer.from([0x68, 0xce]);
const DELIMITER = Buffer.from([0x09, 0xf0]);

function rtp(payload: Buffer, { marker, timestamp }: { marker: boolean; timestamp: number }): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8((marker ? 0x80 : 0) | 96, 1);
  header.writeUInt32BE(timestamp >>> 0, 4);
  return Buffer.concat([header, payload]);
}

/** One NAL unit as FU-A packets of `size` bytes, or as it is. */
function payloads(nal: Buffer, size: number): Buffer[] {
  if (nal.length <= size) return [nal];
  const [first = 0] = nal;
  const rest = nal.subarray(1);
  const chunks = Array.from({ length: Math.ceil(rest.length / size) }, (_, at) =>
    rest.subarray(at * size, (at + 1) * size),
  );
  return chunks.map((chunk, at) => {
    const flags = (at === 0 ? 0x80 : 0) | (at === chunks.length - 1 ? 0x40 : 0);
    return Buffer.concat([Buffer.from([(first & 0xe0) | 28, flags | (first & 0x1f)]), chunk]);
  });
}

const sent = (
  take: (packet: Buffer) => AccessUnit | null,
  nals: readonly Buffer[],
  size: number,
  timestamp: number,
) => {
  const all = nals.flatMap((nal) => payloads(nal, size));
  return all.map((payload, at) => take(rtp(payload, { marker: at === all.length - 1, timestamp }))).at(-1) ?? null;
};

test('a picture comes out as it went in, whatever the size of its packets', () => {
  const Slice = fc.uint8Array({ minLength: 2, maxLength: 400 }).map((bytes) => Buffer.from([0x41, ...bytes]));
  fc.assert(
    fc.property(fc.array(Slice, { minLength: 1, maxLength: 4 }), fc.integer({ min: 3, max: 500 }), (nals, size) => {
      const { take } = createDepacketizer([]);
      const unit = sent(take, nals, size, 9_000);
      expect(unit).toMatchObject({ isKey: false, timestamp: 9_000 });
      expect(unit?.nals.map((nal) => Buffer.from(nal).toString('hex'))).toEqual(nals.map((nal) => nal.toString('hex')));
    }),
  );
});

test('before a key picture stand the newest parameter sets, once, and delimiters are gone', () => {
  const { take } = createDepacketizer([SPS, PPS]);
  const key = Buffer.from([0x65, 1, 2]);
  expect(sent(take, [DELIMITER, key], 100, 0)?.nals).toEqual([SPS, PPS, key]);
  const changed = Buffer.from([0x67, 0x4d, 0, 0x1f]);
  expect(sent(take, [DELIMITER, changed, PPS, key], 100, 3_600)?.nals).toEqual([changed, PPS, key]);
});

test('time counts on over the end of the 32 bits, and back for a B-frame', () => {
  const { take } = createDepacketizer([]);
  const slice = [Buffer.from([0x41, 1])];
  const at = (timestamp: number) => sent(take, slice, 100, timestamp)?.pts;
  expect([at(2 ** 32 - 3_600), at(0), at(7_200), at(3_600)]).toEqual([0, 3_600, 10_800, 7_200]);
});

test('any bytes are no unit or one, and never thrown at', () => {
  const { take } = createDepacketizer([]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(() => take(Buffer.from(bytes))).not.toThrow();
    }),
  );
});
