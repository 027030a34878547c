// A configuration as MediaMTX reads it: JSON text (which is YAML too), checked with MediaMTX's own words for what is wrong.
import type * as z from 'zod';
import type { Quirks } from '../quirks.ts';
import { RENAMED } from './known-keys.ts';
import {
  excludedByDefault,
  GLOBAL_DEFAULTS,
  GlobalSchema,
  globalKeys,
  PATH_DEFAULTS,
  PathSchema,
  pathKeys,
} from './schemas.ts';
import { checkGlobal, checkPath } from './validate.ts';

export type RawKeys = Readonly<Record<string, unknown>>;
export type Settings = Omit<z.infer<typeof GlobalSchema>, 'pathDefaults' | 'paths'>;
export type PathConf = z.infer<typeof PathSchema> & { name: string /** As the API shows it. */; shown: RawKeys };
export type Config = {
  settings: Settings;
  paths: ReadonlyMap<string, PathConf>;
  /** What the file or the API said; the base of the next change by API. */
  raw: RawKeys;
  /** Sentences about old names, to be printed as warnings. */
  warnings: readonly string[];
};

/** @throws Error with the text that MediaMTX prints after `ERR: ` */
export function parseConfig(text: string, quirks: Quirks): Config {
  return readConfig(parseJson(text), quirks);
}

/** @throws Error as parseConfig */
export function readConfig(given: unknown, quirks: Quirks): Config {
  if (!isKeys(given)) throw new Error('json: cannot unmarshal array into Go value of type conf.Conf');
  const { keys: raw, warnings } = renameOld(given);
  const keys = { authHTTPExclude: excludedByDefault(quirks), ...GLOBAL_DEFAULTS, ...raw };
  refuseUnknown(keys, globalKeys(quirks));
  const { pathDefaults, paths: rawPaths, ...settings } = parse(GlobalSchema, keys, { scope: 'Conf', quirks });
  checkGlobal(settings);
  const paths = new Map<string, PathConf>();
  for (const name of Object.keys(rawPaths).sort()) {
    paths.set(name, readPath(name, { ...pathDefaults, ...rawPaths[name] }, quirks));
  }
  return { settings, paths, raw, warnings };
}

/** @throws Error for keys that no path has, or of the wrong type */
function readPath(name: string, given: RawKeys, quirks: Quirks): PathConf {
  refuseUnknown(given, pathKeys(quirks));
  const shown = { ...PATH_DEFAULTS, ...given, name };
  const conf = { ...parse(PathSchema, shown, { scope: '', quirks }), name, shown };
  checkPath(conf);
  return conf;
}

/** @throws Error in the words of the control API for a body that is no JSON object */
export function parseKeys(text: string): RawKeys {
  if (text.trim() === '') throw new Error('unexpected end of JSON input');
  const value = parseJson(text);
  if (!isKeys(value)) throw new Error('json: cannot unmarshal array into Go value of type conf.Path');
  return value;
}

export function isKeys(value: unknown): value is RawKeys {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  // An empty file is an empty configuration: every listener open, on all addresses.
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    const isCut = error instanceof Error && /end of JSON input|Unterminated|Expected/.test(error.message);
    throw new Error(isCut ? 'unexpected end of JSON input' : "yaml: line 1: did not find expected ',' or '}'");
  }
}

function renameOld(given: RawKeys): { keys: RawKeys; warnings: string[] } {
  const keys: Record<string, unknown> = {};
  const warnings: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const renamed = RENAMED[key];
    if (renamed) warnings.push(`parameter '${key}' is deprecated and has been replaced with '${renamed.to}'`);
    keys[renamed?.to ?? key] = renamed?.isList ? [value] : value;
  }
  return { keys, warnings };
}

function refuseUnknown(keys: RawKeys, known: ReadonlySet<string>): void {
  const unknown = Object.keys(keys).find((key) => !known.has(key));
  if (unknown !== undefined) throw new Error(`json: unknown field "${unknown}"`);
}

const GO_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'bool',
  number: 'int',
  array: '[]string',
  object: 'map[string]json.RawMessage',
  record: 'map[string]json.RawMessage',
};

function parse<T>(schema: z.ZodType<T>, keys: RawKeys, { scope, quirks }: { scope: string; quirks: Quirks }): T {
  const read = schema.safeParse(keys);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue === undefined) throw read.error;
  const key = String(issue.path[0] ?? '');
  if (issue.code !== 'invalid_type') throw new Error(issue.message);
  const value = keys[key];
  if (value === null) throw new Error(`cannot set slice ${quirks.quote(key)} to nil`);
  const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new Error(quirks.wrongType({ got, scope, key, wanted: GO_TYPES[issue.expected] ?? issue.expected }));
}
