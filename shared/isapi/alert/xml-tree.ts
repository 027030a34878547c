// Reads one XML document into a tree of text. Nothing is coerced: `01234567` and `1E5` stay what the camera wrote.
// saxes, since it refuses what is cut short and costs a quarter of an object-building parser on the stream's hot path.
import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { Rejected } from '../../support/errors.ts';

/** Largest alert; real ones are about 3 kB (ISAPI.md 4). */
const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_DEPTH = 24;
const MAX_ELEMENTS = 4000;
const PROLOG_BYTES = 200;

/** `name` without prefix: cameras use seven namespaces and none (ISAPI.md 3.3). */
export type Element = { name: string; text: string; children: Element[] };

/** A channel called "R&D" reaches us as it was typed. */
const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{0,31});)/gi;
/** What cameras get wrong inside text without hurting the structure: an unknown entity, a control byte, an odd prolog. */
const HARMLESS = /entity|character|xml declaration|attribute/i;

/** Throws Rejected when the bytes are no whole, plain document. */
export function readXmlTree(bytes: Buffer): Element {
  if (bytes.length > MAX_DOCUMENT_BYTES) refuse('too_large', `it is over ${MAX_DOCUMENT_BYTES} bytes`);
  const text = trimDocument(decode(bytes));
  if (/<!doctype/i.test(text)) refuse('invalid_request', 'it has a DOCTYPE');
  const root: Element = { name: '', text: '', children: [] };
  const open: Element[] = [root];
  let elements = 0;
  const parser = new SaxesParser({ position: false });
  parser.on('error', (error) => {
    if (!HARMLESS.test(error.message)) refuse('invalid_request', error.message);
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (elements > MAX_ELEMENTS) refuse('too_large', `it has over ${MAX_ELEMENTS} elements`);
    if (open.length > MAX_DEPTH) refuse('too_large', `it is nested over ${MAX_DEPTH} deep`);
    const element = { name: tag.name.slice(tag.name.indexOf(':') + 1), text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (piece: string) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text.includes('&') ? text.replace(BARE_AMPERSAND, '&amp;') : text).close();
  const document = root.children[0];
  if (!document) refuse('invalid_request', 'it has no element');
  return document;
}

/** The text of the first child of that name, trimmed; '' when there is none. */
export function textOf(element: Element | undefined, name: string): string {
  return childOf(element, name)?.text.trim() ?? '';
}

export function childOf(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((child) => child.name === name);
}

function refuse(code: 'invalid_request' | 'too_large', reason: string): never {
  throw new Rejected(code, `could not read the document: ${reason}`);
}

/** Channel names arrive in the site's local code page under a UTF-8 label (ISAPI.md 3.2); the rest of the event is good. */
function decode(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const label = /encoding\s*=\s*["']([\w-]{1,40})["']/i.exec(bytes.toString('latin1', 0, PROLOG_BYTES))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

function trimDocument(text: string): string {
  return text.replace(/^[\s\uFEFF\0]+/, '').replace(/[\s\0]+$/, '');
}
