// Bytes that belong to no passage: what a broken or hostile peer puts on the stream between two events.
import { FILLER_JPEG } from '../pictures/jpeg-size.ts';
import { randomFrom } from '../random.ts';
import { type Framing, frame, partHead } from './framing.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const HUGE_HEADER_BYTES = 200 * KIB;
const HUGE_PART_BYTES = 20 * MIB;
const ENDLESS_PART_DECLARED_BYTES = 10 ** 12;
const ENDLESS_PART_SENT_BYTES = MIB;
const TINY_PARTS = 10_000;
const NESTED_ELEMENTS = 5_000;
const NOISE_BYTES = 64 * KIB;

export const JUNK = {
  'huge-part-header': (framing) => withBody([`X-Padding: ${'x'.repeat(HUGE_HEADER_BYTES)}`], Buffer.from('x'), framing),
  'endless-part': (framing) =>
    Buffer.concat([
      partHead(['Content-Type: image/jpeg', `Content-Length: ${ENDLESS_PART_DECLARED_BYTES}`], framing),
      Buffer.alloc(ENDLESS_PART_SENT_BYTES, 'x'),
    ]),
  'huge-part': (framing) => withBody(['Content-Type: image/jpeg'], Buffer.alloc(HUGE_PART_BYTES, 'x'), framing),
  'tiny-parts': (framing) => {
    const tiny = withBody(['Content-Type: text/plain'], Buffer.from('.'), framing);
    return Buffer.concat(Array.from({ length: TINY_PARTS }, () => tiny));
  },
  'deep-nesting': (framing) =>
    frame(
      [{ alert: ['<EventNotificationAlert>', '<a>'.repeat(NESTED_ELEMENTS), '</EventNotificationAlert>'] }],
      framing,
    ),
  'entity-bomb': (framing) =>
    frame([{ alert: ['<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;">]>', '<b>&c;&c;&c;</b>'] }], framing),
  'binary-noise': () => {
    const random = randomFrom(NOISE_BYTES);
    return Buffer.from(Array.from({ length: NOISE_BYTES }, () => Math.floor(random() * 256)));
  },
  'unannounced-picture': (framing) => withBody(['Content-Type: image/pjpeg'], FILLER_JPEG, framing),
  'json-part': (framing) => withBody(['Content-Type: application/json'], Buffer.from('{"eventType":"ANPR"}'), framing),
  'second-response-head': () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
} satisfies Record<string, (framing: Framing) => Buffer>;
export type JunkName = keyof typeof JUNK;

function withBody(headers: readonly string[], body: Buffer, framing: Framing): Buffer {
  const head = partHead([...headers, `Content-Length: ${body.length}`], framing);
  return Buffer.concat([head, body, Buffer.from(framing.afterPicture)]);
}
