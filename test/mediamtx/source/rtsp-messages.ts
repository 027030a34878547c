// RTSP over one TCP connection: text messages and interleaved frames (`$`, channel, length), read from any chunks. For both
// sides: answers of the camera, requests of a reader.

const DOLLAR = 0x24;
const FRAME_HEADER_BYTES = 4;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 256 * 1024;

export type RtspMessage = { kind: 'message'; startLine: string; headers: ReadonlyMap<string, string>; body: string };
export type RtspFrame = { kind: 'frame'; channel: number; payload: Buffer };

/** Feed it chunks; it gives what they complete. @throws Error for what is no RTSP */
export function createRtspReader(): (chunk: Buffer) => (RtspMessage | RtspFrame)[] {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const found: (RtspMessage | RtspFrame)[] = [];
    for (;;) {
      const next = held[0] === DOLLAR ? readFrame(held) : readMessage(held);
      if (next === null) return found;
      found.push(next.item);
      held = held.subarray(next.length);
    }
  };
}

export function frameBytes(channel: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt8(DOLLAR, 0);
  header.writeUInt8(channel, 1);
  header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

type Found<T> = { item: T; length: number } | null;

function readFrame(held: Buffer): Found<RtspFrame> {
  if (held.length < FRAME_HEADER_BYTES) return null;
  const length = FRAME_HEADER_BYTES + held.readUInt16BE(2);
  if (held.length < length) return null;
  // A copy: the frame lives on when its chunk has gone.
  const payload = Buffer.from(held.subarray(FRAME_HEADER_BYTES, length));
  return { item: { kind: 'frame', channel: held.readUInt8(1), payload }, length };
}

function readMessage(held: Buffer): Found<RtspMessage> {
  const end = held.indexOf('\r\n\r\n');
  if (end === -1) {
    if (held.length > MAX_HEADER_BYTES) throw new Error('RTSP header too long');
    return null;
  }
  const [startLine = '', ...lines] = held.toString('latin1', 0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  const bodyBytes = Number(headers.get('content-length') ?? 0);
  if (!Number.isInteger(bodyBytes) || bodyBytes < 0 || bodyBytes > MAX_BODY_BYTES)
    throw new Error('invalid Content-Length');
  const length = end + 4 + bodyBytes;
  if (held.length < length) return null;
  return { item: { kind: 'message', startLine, headers, body: held.toString('utf8', end + 4, length) }, length };
}
