// One line of a log without what must not leave: of JSON the form stays, of anything else the text.
import { HIDDEN, type Redactor } from './redactor.ts';

/** Above it a text is none of ours. */
const MAX_TEXT_CHARACTERS = 8_192;
/** Longer than any secret: the end of a text that was cut may hold a part of one, which nothing would recognise. */
const MAX_SECRET_CHARACTERS = 4_096;
const MAX_DEPTH = 8;
/** Fields whose value is a secret or somebody's vehicle whatever it looks like. */
const NEVER = /plate|passw|secret|token|ticket|authorization|cookie|nonce|credential|signature/i;
/** Fields of ours that hold names, where they look like names. */
const NAMES = new Set(['level', 'time', 'event', 'camera', 'check', 'status', 'code', 'stream', 'holder', 'why']);
const NAME = /^[A-Za-z][A-Za-z._-]{0,60}$/;

const PLATE_FIELD = /^(?:licensePlate|originalLicensePlate|plate|plateAsRead|plateNumber|plates)$/i;

/** The plates that a line names as such: they may stand elsewhere in other words. */
export function platesIn(line: string): string[] {
  const record = jsonIn(line);
  return record === null ? [] : platesUnder(record.value, '', 0);
}

function platesUnder(value: unknown, key: string, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === 'string') return PLATE_FIELD.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => platesUnder(each, key, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => platesUnder(each, name, depth + 1));
}

export function redactedLine(line: string, redactor: Redactor): unknown {
  const record = jsonIn(line);
  if (record === null) return cut(line, redactor.any);
  const value = redacted(record.value, '', redactor, 0);
  return record.before === '' ? value : `${cut(record.before, redactor.any)}${JSON.stringify(value)}`;
}

function cut(text: string, redact: (text: string) => string): string {
  const isLong = text.length > MAX_TEXT_CHARACTERS + MAX_SECRET_CHARACTERS;
  if (!isLong) return redact(text).slice(0, MAX_TEXT_CHARACTERS);
  const redacted = redact(text.slice(0, MAX_TEXT_CHARACTERS + MAX_SECRET_CHARACTERS));
  return redacted.slice(0, Math.max(0, Math.min(MAX_TEXT_CHARACTERS, redacted.length - MAX_SECRET_CHARACTERS)));
}

/** Null for what is no JSON. `before`: what journald and others write before a line of ours. */
function jsonIn(line: string): { before: string; value: unknown } | null {
  const from = line.indexOf('{');
  if (from === -1) return null;
  try {
    return { before: line.slice(0, from), value: JSON.parse(line.slice(from)) };
  } catch {
    return null;
  }
}

function redacted(value: unknown, key: string, redactor: Redactor, depth: number): unknown {
  if (depth > MAX_DEPTH) return HIDDEN;
  if (NEVER.test(key) && value !== null && typeof value !== 'boolean') return HIDDEN;
  if (typeof value === 'string') return cut(value, NAMES.has(key) && NAME.test(value) ? redactor.own : redactor.any);
  if (typeof value === 'number') return redactor.any(String(value)) === String(value) ? value : HIDDEN;
  if (Array.isArray(value)) return value.map((each) => redacted(each, key, redactor, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    cut(name, NAME.test(name) ? redactor.own : redactor.any),
    redacted(each, name, redactor, depth + 1),
  ]);
  return Object.fromEntries(entries);
}
