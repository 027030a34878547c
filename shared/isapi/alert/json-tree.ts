// Newer firmware can send the same alert as JSON (ISAPI.md 3.9, 5.1); it is read into the same tree, digits as written.
import { Rejected } from '../../support/errors.ts';
import type { Element } from './xml-tree.ts';

const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_DEPTH = 24;
const ROOT = 'EventNotificationAlert';

/** Throws Rejected when the bytes are no JSON object. */
export function readJsonTree(bytes: Buffer): Element {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new Rejected('too_large', `could not read the document: it is over ${MAX_DOCUMENT_BYTES} bytes`);
  }
  let value: unknown;
  try {
    // `context.source` is the number as the camera wrote it: 1E5 and 0012 must not become 100000 and 12.
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''), keepDigits);
  } catch (cause) {
    throw new Rejected('invalid_request', 'could not read the document: it is no JSON', { cause });
  }
  if (!isObject(value)) throw new Rejected('invalid_request', 'could not read the document: it is no JSON object');
  const inner = value[ROOT];
  return { name: ROOT, text: '', children: childrenOf(isObject(inner) ? inner : value, 1) };
}

function keepDigits(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function childrenOf(object: Record<string, unknown>, depth: number): Element[] {
  if (depth > MAX_DEPTH) {
    throw new Rejected('too_large', `could not read the document: it is nested over ${MAX_DEPTH} deep`);
  }
  return Object.entries(object).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((item) =>
      isObject(item)
        ? { name, text: '', children: childrenOf(item, depth + 1) }
        : { name, text: item === null || item === undefined ? '' : String(item), children: [] },
    );
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
