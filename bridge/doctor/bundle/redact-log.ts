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

const PLATE_FIELD = /^(?:licensePlate|originalLicensePlate|plate|plateAsRead|plateNumber|plates)$/i;

/** The plates that a line names as such: they may stand elsewhere in other words. */
export function platesIn(line: string): string[] {
  const record = jsonIn(line.slice(0, MAX_LINE_CHARACTERS));
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
  const text = line.slice(0, MAX_LINE_CHARACTERS);
  const record = jsonIn(text);
  return record === null ? redactor.any(text) : redacted(record.value, '', redactor, 0);
}

/** Null for what is no JSON, or cut. */
function jsonIn(text: string): { value: unknown } | null {
  if (!text.startsWith('{')) return null;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
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
