// One line of a log without what must not leave: of JSON the form stays, of anything else the text.
import { HIDDEN, type Redactor } from './redactor.ts';

/** Above it a line is no line of ours. */
const MAX_LINE_CHARACTERS = 8_192;
const MAX_DEPTH = 8;
/** Fields whose value is a secret or somebody's vehicle whatever it looks like. */
const NEVER = /plate|passw|secret|token|ticket|authorization|cookie|nonce|credential|signature/i;
/** Fields of ours that hold names, where they look like names. */
const NAMES = new Set(['level', 'time', 'event', 'camera', 'check', 'status', 'code', 'stream', 'holder', 'why']);
const NAME = /^[A-Za-z][A-Za-z._-]{0,60}$/;

export function redactedLine(line: string, redactor: Redactor): unknown {
  const text = line.slice(0, MAX_LINE_CHARACTERS);
  if (text.startsWith('{')) {
    try {
      return redacted(JSON.parse(text), '', redactor, 0);
    } catch {
      // No JSON after all, or cut.
    }
  }
  return redactor.any(text);
}

function redacted(value: unknown, key: string, redactor: Redactor, depth: number): unknown {
  if (depth > MAX_DEPTH) return HIDDEN;
  if (NEVER.test(key) && value !== null && typeof value !== 'boolean') return HIDDEN;
  if (typeof value === 'string') return NAMES.has(key) && NAME.test(value) ? redactor.own(value) : redactor.any(value);
  if (Array.isArray(value)) return value.map((each) => redacted(each, key, redactor, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    NAME.test(name) ? redactor.own(name) : redactor.any(name),
    redacted(each, name, redactor, depth + 1),
  ]);
  return Object.fromEntries(entries);
}
