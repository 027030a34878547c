// For tests: streams in the framings of ISAPI.md 3.2, and what a reader makes of them.
import { type MultipartOutput, MultipartReader } from './reader.ts';

export const HEAD = 'multipart/mixed; boundary=boundary';
export const PLATES = ['01A123BC', '01234567', '1E5'];

/** A JPEG with one comment segment and a scan, so that a marker walk finds its end; `inside` sits in its entropy data. */
export function jpeg(inside = 'pixels'): Buffer {
  const comment = Buffer.from('\xff\xfe\x00\x07gate\x00', 'latin1');
  const scan = Buffer.from('\xff\xda\x00\x02', 'latin1');
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    comment,
    scan,
    Buffer.from(inside, 'latin1'),
    Buffer.from([0xff, 0xd9]),
  ]);
}

export const alert = (plate: string) =>
  `<EventNotificationAlert version="2.0">\r\n<ANPR><licensePlate>${plate}</licensePlate></ANPR>\r\n</EventNotificationAlert>\r\n`;

export type Framing = { length?: 'exact' | 'none' | number; delimiter?: string; eol?: string; gap?: string };

export function part(type: string, body: Buffer | string, framing: Framing = {}): Buffer {
  const { length = 'exact', delimiter = '--boundary', eol = '\r\n', gap = '' } = framing;
  const bytes = Buffer.from(body as string, 'latin1');
  const claimed = length === 'exact' ? bytes.length : length === 'none' ? null : bytes.length + length;
  const lines = [
    delimiter,
    `Content-Type: ${type}`,
    ...(claimed === null ? [] : [`Content-Length: ${claimed}`]),
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join(eol), 'latin1'), bytes, Buffer.from(gap, 'latin1')]);
}
export const xml = (plate: string, framing?: Framing) => part('application/xml', alert(plate), framing);
export const picture = (bytes: Buffer, framing?: Framing) => part('image/jpeg', bytes, framing);
const heartbeat = part(
  'application/xml',
  '<EventNotificationAlert><eventType>videoloss</eventType></EventNotificationAlert>\r\n',
);

export function read(bytes: Buffer, { every = bytes.length, type = HEAD, end = false } = {}): MultipartOutput[] {
  const reader = new MultipartReader(type);
  const outputs: MultipartOutput[] = [];
  for (let at = 0; at < bytes.length; at += every)
    outputs.push(...reader.push(inReusedMemory(bytes.subarray(at, at + every))));
  return end ? [...outputs, ...reader.end()] : outputs;
}
/** As a socket's one read buffer does, later reads overwrite what earlier ones brought. */
const memory = Buffer.alloc(32 * 1024 * 1024);
function inReusedMemory(chunk: Buffer): Buffer {
  memory.fill(0x21, 0, chunk.length + 64);
  chunk.copy(memory);
  return memory.subarray(0, chunk.length);
}
export const bodies = (outputs: MultipartOutput[]) => outputs.flatMap((o) => (o.type === 'part' ? [o.body] : []));
export const faults = (outputs: MultipartOutput[]) => outputs.flatMap((o) => (o.type === 'fault' ? [o.fault] : []));
export const plates = (outputs: MultipartOutput[]) =>
  bodies(outputs).flatMap((body) =>
    body[0] === 0xff ? [] : [...body.toString('latin1').matchAll(/<licensePlate>(.*?)</g)].map((m) => m[1]),
  );
export const pictures = (outputs: MultipartOutput[]) => bodies(outputs).filter((body) => body[0] === 0xff);
export const stream = (framing?: Framing) =>
  Buffer.concat(PLATES.flatMap((plate) => [xml(plate, framing), picture(jpeg(), framing), heartbeat]));
