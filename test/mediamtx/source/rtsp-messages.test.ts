import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRtspReader, frameBytes, type RtspFrame, type RtspMessage } from './rtsp-messages.ts';

const Frame = fc.record({ channel: fc.integer({ min: 0, max: 255 }), payload: fc.uint8Array({ maxLength: 300 }) });
const Message = fc.record({ status: fc.integer({ min: 100, max: 999 }), body: fc.string({ maxLength: 60 }) });
const Item = fc.oneof(Frame, Message);

function bytesOf(item: { channel: number; payload: Uint8Array } | { status: number; body: string }): Buffer {
  if ('channel' in item) return frameBytes(item.channel, Buffer.from(item.payload));
  const body = Buffer.from(item.body, 'utf8');
  return Buffer.concat([Buffer.from(`RTSP/1.0 ${item.status} Any\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
}

test('messages and frames come out whole, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(Item, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (items, cuts) => {
        const bytes = Buffer.concat(items.map(bytesOf));
        const read = createRtspReader();
        const found: (RtspMessage | RtspFrame)[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          found.push(...read(bytes.subarray(at, at + length)));
          at += length;
        }
        expect(found.map(({ kind }) => kind)).toEqual(items.map((item) => ('channel' in item ? 'frame' : 'message')));
        for (const [at, item] of items.entries()) {
          const expected =
            'channel' in item
              ? { channel: item.channel, payload: Buffer.from(item.payload) }
              : { startLine: `RTSP/1.0 ${item.status} Any`, body: item.body };
          expect(found[at]).toMatchObject(expected);
        }
      },
    ),
  );
});

test('any bytes are read or refused, and never waited for beyond the limits', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const read = createRtspReader();
      try {
        read(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
  expect(() => createRtspReader()(Buffer.alloc(70_000, 'x'))).toThrow('RTSP header too long');
});
