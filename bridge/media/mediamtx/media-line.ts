// One line that MediaMTX printed: its level, its words without secrets, and what it means for us (MEDIAMTX.md 4 and 8).
// The log is the only place where it tells why a camera's stream failed.
import { type StreamName, StreamNameSchema } from '../../../shared/video/stream-name.ts';
import { withoutAddresses, withoutSecrets } from './mask.ts';

export type MediaLevel = 'debug' | 'info' | 'warn' | 'error';

/** `session`: the first characters of a session's id, as its lines carry them. */
export type Said =
  /** The camera refused the login that MediaMTX sent. */
  | { kind: 'source_refused'; stream: StreamName }
  | { kind: 'source_failed'; stream: StreamName; reason: string }
  | { kind: 'source_started'; stream: StreamName }
  /** `reason`: `timed out`, `not needed by anyone`, `an error occurred`, `path is closing`. */
  | { kind: 'source_stopped'; stream: StreamName; reason: string }
  | { kind: 'stream_ready'; stream: StreamName }
  | { kind: 'session_reading'; session: string; stream: StreamName }
  /** The stream reorders its pictures, which WebRTC cannot carry; the session has ended. */
  | { kind: 'b_frames'; session: string }
  /** Neither side has a codec that the other one knows. */
  | { kind: 'codec_unsupported'; session: string }
  /** Somebody else listens on one of our ports; MediaMTX ends. */
  | { kind: 'port_taken'; address: string }
  | { kind: 'other' };

export type MediaLine = { level: MediaLevel; text: string; said: Said };

/** No line that means something is longer; a camera chooses some of their words. */
const MAX_TEXT = 500;
/** Cut only after masking, so that no half of a password stays; a URL's credentials end before this. */
const MAX_MASKED = 4_000;
const LEVELS: Record<string, MediaLevel> = { DEB: 'debug', INF: 'info', WAR: 'warn', ERR: 'error' };
const STRUCTURED = /^\{"timestamp":"[^"]*","level":"([A-Z]{3})","message":"(.*)"\}$/s;
const PLAIN = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d ([A-Z]{3}) (.*)$/s;
/** Before its logger runs it prints `ERR: …`, whatever the format is. */
const BARE_ERROR = /^ERR: (.*)$/s;

const ON_PATH = /^\[path ([^\]]+)\] (.*)$/s;
const FROM_SOURCE = /^\[RTSP source\] (.*)$/s;
const REFUSED = /^bad status code: 401\b/;
const IN_SESSION = /^\[WebRTC\] \[session ([0-9a-f]{1,36})\] (.*)$/s;
const READING = /^is reading from path '([^']+)'/;
const B_FRAMES = /WebRTC doesn't support H26[45] streams with B-frames/;
const NO_CODEC = /codecs not supported by client|doesn't contain any supported codec/;
const PORT_TAKEN = /listen (?:tcp|udp)[46]? (\S+): bind: address already in use/;

/** Any text is a line; what is in no known format is the message itself, as an error: MediaMTX panics so. */
export function readLine(line: string): MediaLine {
  const { level, message } = messageOf(line);
  const safe = withoutSecrets(message.slice(0, MAX_MASKED)).slice(0, MAX_TEXT);
  // The camera's own address belongs to what went wrong; those of viewers are personal data.
  return { level, text: ON_PATH.test(safe) ? safe : withoutAddresses(safe), said: meaningOf(safe, level) };
}

function messageOf(line: string): { level: MediaLevel; message: string } {
  const structured = STRUCTURED.exec(line);
  if (structured !== null) return { level: levelOf(structured[1]), message: unquoted(structured[2] ?? '') };
  const plain = PLAIN.exec(line);
  if (plain !== null) return { level: levelOf(plain[1]), message: plain[2] ?? '' };
  return { level: 'error', message: BARE_ERROR.exec(line)?.[1] ?? line };
}

const levelOf = (letters = ''): MediaLevel => LEVELS[letters] ?? 'info';

/** Quoted by Go's rules, which are JSON's but for control characters (`\x1b`, `\a`, `\v`): those become blanks. */
function unquoted(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x[0-9a-fA-F]{2}|(.))/gs, (_, short, long, single) => {
    if (single === '"' || single === '\\') return single;
    const code = Number.parseInt(short ?? long ?? '20', 16);
    return code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
  });
}

function meaningOf(message: string, level: MediaLevel): Said {
  const taken = PORT_TAKEN.exec(message)?.[1];
  if (taken !== undefined) return { kind: 'port_taken', address: taken };
  const [, name, words = ''] = ON_PATH.exec(message) ?? [];
  if (name !== undefined) return onPath(name, words, level);
  const [, session, event = ''] = IN_SESSION.exec(message) ?? [];
  return session === undefined ? { kind: 'other' } : inSession(session, event);
}

function onPath(name: string, words: string, level: MediaLevel): Said {
  const { success, data: stream } = StreamNameSchema.safeParse(name);
  if (!success) return { kind: 'other' };
  if (words.startsWith('stream is available')) return { kind: 'stream_ready', stream };
  const event = FROM_SOURCE.exec(words)?.[1];
  if (event === undefined) return { kind: 'other' };
  if (event.startsWith('started')) return { kind: 'source_started', stream };
  if (event.startsWith('stopped: ')) return { kind: 'source_stopped', stream, reason: event.slice('stopped: '.length) };
  if (level !== 'error') return { kind: 'other' };
  return REFUSED.test(event) ? { kind: 'source_refused', stream } : { kind: 'source_failed', stream, reason: event };
}

function inSession(session: string, event: string): Said {
  const { success, data: stream } = StreamNameSchema.safeParse(READING.exec(event)?.[1]);
  if (success) return { kind: 'session_reading', session, stream };
  if (B_FRAMES.test(event)) return { kind: 'b_frames', session };
  return NO_CODEC.test(event) ? { kind: 'codec_unsupported', session } : { kind: 'other' };
}
