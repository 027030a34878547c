// Reads the answers on an RTSP connection (RFC 2326, 7), bounded and strict: this port may be anybody's.
import { Rejected } from '../../../shared/support/errors.ts';

/** Largest status line and headers. */
const MAX_HEAD_BYTES = 16 * 1024;
/** Largest body; real descriptions stay below 2 kB. */
const MAX_BODY_BYTES = 64 * 1024;
const BEGINNING = Buffer.from('RTSP/1.');
const STATUS_LINE = /^RTSP\/1\.\d (\d{3})(?: |$)/;
const LENGTH = /^\d{1,10}$/;

export type RtspResponse = {
  status: number;
  /** By lower-case name, as Latin-1; several of one name joined by `, `. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
};

export type RtspResponseReader = {
  /**
   * The answer that these bytes complete, or null. What follows it is kept for the next.
   * @throws Rejected `camera_refused` for what is no RTSP or too long; the reader is of no use after it
   */
  read(chunk: Uint8Array): RtspResponse | null;
};

export function rtspResponseReader(): RtspResponseReader {
  let kept: Buffer = Buffer.alloc(0);
  let head: { status: number; headers: Map<string, string>; end: number; bodyBytes: number } | null = null;

  return {
    read(chunk) {
      kept = Buffer.concat([kept, chunk]);
      head ??= headOf(kept);
      if (head === null || kept.length < head.end + head.bodyBytes) return null;
      const { status, headers, end, bodyBytes } = head;
      const body = Buffer.from(kept.subarray(end, end + bodyBytes));
      kept = kept.subarray(end + bodyBytes);
      head = null;
      return { status, headers, body };
    },
  };
}

/** Null while it is not whole. */
function headOf(bytes: Buffer) {
  const begun = Math.min(bytes.length, BEGINNING.length);
  if (bytes.compare(BEGINNING, 0, begun, 0, begun) !== 0) throw unreadable('it does not speak RTSP');
  const { text, end } = blockOf(bytes);
  if (end > MAX_HEAD_BYTES || (text === null && bytes.length > MAX_HEAD_BYTES)) {
    throw unreadable(`its headers are over ${MAX_HEAD_BYTES} bytes`);
  }
  if (text === null) return null;
  const [statusLine = '', ...lines] = text.split(/\r?\n/);
  const status = STATUS_LINE.exec(statusLine)?.[1];
  if (status === undefined) throw unreadable('its status line is broken');
  const headers = headersOf(lines);
  const length = headers.get('content-length') ?? '0';
  if (!LENGTH.test(length)) throw unreadable('its Content-Length is no number');
  if (Number(length) > MAX_BODY_BYTES) throw unreadable(`its body is over ${MAX_BODY_BYTES} bytes`);
  return { status: Number(status), headers, end, bodyBytes: Number(length) };
}

/** Up to the first empty line; `end` is behind it. Old devices end lines with a bare LF. */
function blockOf(bytes: Buffer): { text: string; end: number } | { text: null; end: 0 } {
  for (let lf = bytes.indexOf(0x0a); lf !== -1 && lf <= MAX_HEAD_BYTES; lf = bytes.indexOf(0x0a, lf + 1)) {
    const next = bytes[lf + 1] === 0x0d ? lf + 2 : lf + 1;
    if (bytes[next] === 0x0a) return { text: bytes.toString('latin1', 0, lf).replace(/\r$/, ''), end: next + 1 };
  }
  return { text: null, end: 0 };
}

function headersOf(lines: string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon === -1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function unreadable(why: string): Rejected {
  return new Rejected('camera_refused', `could not read the camera's RTSP answer: ${why}`);
}
