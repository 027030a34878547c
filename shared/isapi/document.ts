// The camera's small documents (XML, sometimes JSON), read safely: sized, without DOCTYPE, whole, and every value as text.
import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import { Rejected, reasonOf } from '../support/errors.ts';

/** Largest document read; the largest useful one, a capabilities tree, is about a third of it. */
const MAX_DOCUMENT_BYTES = 256 * 1024;
/** Deepest element nesting; ISAPI documents stay below 12. */
const MAX_DEPTH = 40;

export type DocumentShape = {
  /** Root elements that are acceptable, without namespace prefix. */
  roots: readonly string[];
  /** Elements that always become arrays, even when the camera sent one. */
  lists?: readonly string[];
  /** Keep attributes (`@_opt`, `@_max`), as capabilities need; text then may stand in `#text`. */
  attributes?: boolean;
  /** Larger than MAX_DOCUMENT_BYTES, for a document that is a long list. */
  maxBytes?: number;
};

export type CameraDocument = { root: string; value: unknown };

/** Text of one element: whatever JSON type or repetition the camera chose; absent and empty are both `''`. */
export const Text = z.preprocess(firstText, z.string());

/** A whole number of one element, or null where it is missing or something else. */
export const WholeNumber = Text.transform((text) => (/^\d{1,10}$/.test(text) ? Number(text) : null));

/**
 * Reads one document in any of ISAPI's namespaces or none, or in its JSON form, with or without the root as wrapper.
 * @throws Rejected `camera_refused` when it is too large, truncated, hostile or of another kind
 */
export function readDocument(bytes: Uint8Array, shape: DocumentShape): CameraDocument {
  const { maxBytes = MAX_DOCUMENT_BYTES } = shape;
  if (bytes.byteLength > maxBytes) throw unreadable(shape, `it is larger than ${maxBytes} bytes`);
  const text = new TextDecoder().decode(bytes).trim();
  const tree = text.startsWith('{') ? fromJson(text, shape) : fromXml(text, shape);
  for (const root of shape.roots) {
    if (Object.hasOwn(tree, root)) return { root, value: tree[root] };
  }
  throw unreadable(shape, 'it is another document');
}

/** Reads one document into what `schema` promises; the same errors as `readDocument`. */
export function readAs<T>(bytes: Uint8Array, shape: DocumentShape, schema: z.ZodType<T>): T {
  const { value } = readDocument(bytes, shape);
  const parsed = schema.safeParse(value === '' ? {} : value);
  if (!parsed.success) throw unreadable(shape, `${parsed.error.issues[0]?.path.join('.')} has another shape`);
  return parsed.data;
}

function fromXml(text: string, shape: DocumentShape): Record<string, unknown> {
  // The parser would expand a document's own entities; nothing a camera sends needs any.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw unreadable(shape, 'it declares a DOCTYPE');
  if (!text.startsWith('<')) throw unreadable(shape, 'it is no XML');
  const parser = new XMLParser({
    ignoreAttributes: !shape.attributes,
    parseTagValue: false,
    parseAttributeValue: false,
    removeNSPrefix: true,
    trimValues: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    htmlEntities: true,
    maxNestedTags: MAX_DEPTH,
    isArray: (name) => shape.lists?.includes(name) ?? false,
  });
  try {
    // `true` runs the validator: without it a truncated document parses into a part of itself.
    return asTree(parser.parse(text, true));
  } catch (cause) {
    throw unreadable(shape, reasonOf(cause), cause);
  }
}

/** The JSON form often comes without its root, which the caller's first one then stands in for (ISAPI.md 2.5). */
function fromJson(text: string, shape: DocumentShape): Record<string, unknown> {
  let tree: Record<string, unknown>;
  try {
    tree = asTree(JSON.parse(text));
  } catch (cause) {
    throw unreadable(shape, 'it is no JSON', cause);
  }
  const values = Object.values(tree);
  const isWrapped = values.length === 1 && typeof values[0] === 'object';
  const [root] = shape.roots;
  return isWrapped || root === undefined ? tree : { [root]: tree };
}

const Tree = z.record(z.string(), z.unknown());

function asTree(value: unknown): Record<string, unknown> {
  const parsed = Tree.safeParse(value);
  return parsed.success ? parsed.data : {};
}

function firstText(value: unknown): unknown {
  if (Array.isArray(value)) return firstText(value[0]);
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'object' && '#text' in value) return value['#text'];
  return value;
}

function unreadable(shape: DocumentShape, why: string, cause?: unknown): Rejected {
  return new Rejected('camera_refused', `could not read the camera's ${shape.roots.join(' or ')}: ${why}`, { cause });
}
