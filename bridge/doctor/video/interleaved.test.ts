import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Interleaved, interleavedReader } from './interleaved.ts';

const packet = (channel: number, bytes: Uint8Array) => {
  const head = Buffer.from([0x24, channel, 0, 0]);
  head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
};
const answer = (body: string, end = '\r\n') =>
  Buffer.from([`RTSP/1.0 200 OK`, `CSeq: 3`, `content-length: ${body.length}`, '', body].join(end), 'latin1');

const message = fc.oneof(
  fc
    .record({ channel: fc.nat(255), bytes: fc.uint8Array({ maxLength: 300 }) })
    .map(({ channel, bytes }) => ({ kind: 'packet' as const, channel, bytes, wire: packet(channel, bytes) })),
  fc
    .record({ body: fc.stringMatching(/^[ -~\r\n]{0,60}$/), end: fc.constantFrom('\r\n', '\n') })
    .map(({ body, end }) => ({ kind: 'answer' as const, wire: answer(body, end) })),
);

test('answers and media are told apart wherever the bytes are split', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 400 })), (messages, cuts) => {
      const wire = Buffer.concat(messages.map((each) => each.wire));
      const read = interleavedReader();
      const found: Interleaved[] = [];
      let at = 0;
      for (const length of [...cuts, wire.length]) {
        found.push(...read(wire.subarray(at, at + length)));
        at += length;
      }
      const expected = messages.map((each) =>
        each.kind === 'packet'
          ? { kind: each.kind, channel: each.channel, bytes: Buffer.from(each.bytes) }
          : { kind: each.kind, bytes: each.wire },
      );
      expect(found).toEqual(expected);
    }),
  );
});

test('an answer without an end is refused, and no bytes whatever are more than that', () => {
  const read = interleavedReader();
  expect(() => {
    for (let i = 0; i < 100; i += 1) read(Buffer.alloc(1_024, 'x'));
  }).toThrow('over 65536 bytes');
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 5 }), (chunks) => {
      const any = interleavedReader();
      for (const chunk of chunks) any(chunk);
    }),
  );
});
