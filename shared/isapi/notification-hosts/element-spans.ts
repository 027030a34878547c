// Where each element of a document stands, so that one text can be changed and every other byte stays: cameras are
// particular about the order, the namespace and the extras of what is written back (ISAPI.md 5.3).
import { SaxesParser } from 'saxes';
import { Rejected } from '../../support/errors.ts';

const MAX_ELEMENTS = 2_000;
const MAX_DEPTH = 24;

/** Offsets into the text; `from` to `to` is the whole element with its tags. */
export type ElementSpan = {
  from: number;
  to: number;
  /** Of what is between its tags; null for `<x/>`. */
  text: { from: number; to: number } | null;
  /** With its colon; '' for none. */
  prefix: string;
};

/**
 * The first element at each path of local names below the root: `portNo`, `ANPR/detectionUpLoadPicturesType`.
 * @throws Rejected `camera_refused` for what is no whole, plain document
 */
export function elementSpans(xml: string): Map<string, ElementSpan> {
  if (/<!(doctype|entity)/i.test(xml)) throw unreadable('it declares a DOCTYPE');
  const spans = new Map<string, ElementSpan>();
  const open: { path: string; from: number; textFrom: number; prefix: string }[] = [];
  let elements = 0;
  const parser = new SaxesParser({ position: true });
  parser.on('error', ({ message }) => {
    throw unreadable(message);
  });
  parser.on('opentag', ({ name }) => {
    elements += 1;
    if (elements > MAX_ELEMENTS || open.length > MAX_DEPTH) throw unreadable('it is too large');
    const colon = name.indexOf(':') + 1;
    const local = name.slice(colon);
    const parent = open.at(-1)?.path;
    // The root itself has the path '': what is below it is named without it.
    const path = parent === undefined ? '' : parent === '' ? local : `${parent}/${local}`;
    // No tag holds another `<`: saxes refuses one in an attribute.
    const from = xml.lastIndexOf('<', parser.position - 1);
    open.push({ path, from, textFrom: parser.position, prefix: name.slice(0, colon) });
  });
  parser.on('closetag', ({ isSelfClosing }) => {
    const element = open.pop();
    if (element === undefined || spans.has(element.path)) return;
    const { from, textFrom, prefix } = element;
    const to = parser.position;
    const text = isSelfClosing ? null : { from: textFrom, to: xml.lastIndexOf('</', to - 1) };
    spans.set(element.path, { from, to, text, prefix });
  });
  parser.write(xml).close();
  return spans;
}

function unreadable(why: string): Rejected {
  const [line = ''] = why.split('\n');
  return new Rejected('camera_refused', `could not read the camera's slot: ${line.slice(0, 120)}`);
}
