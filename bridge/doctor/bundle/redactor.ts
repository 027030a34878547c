// Takes out of text what must not leave the machine: secrets that are known, what looks like one, plates, addresses.
// It takes too much rather than too little: a hidden request id costs a question, a leaked token costs more.
import { isIPv6 } from 'node:net';
import { plateHider } from './hide-plates.ts';

export const HIDDEN = '***';
/** Shorter ones would blot out half of every line, and no camera takes such a password. */
const MIN_SECRET_CHARACTERS = 4;

type Redaction = {
  /** Passwords, tokens, as they are. */
  secrets: readonly string[];
  /** Cameras by the host they are reached at. */
  cameras: readonly { id: string; host: string }[];
  /** That were seen, in any form. */
  plates: Iterable<string>;
  withAddresses: boolean;
};

export type Redactor = {
  /** For words that we wrote: secrets, addresses, plates that are known. */
  own(text: string): string;
  /** For anybody's words: whatever could be a plate, too. */
  any(text: string): string;
};

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // JSON web tokens.
  [/eyJ[\w-]{4,}(?:\.[\w-]*){1,2}/g, HIDDEN],
  [
    /\b(authorization|cookie|set-cookie|x-amz-security-token|proxy-authorization)(["']?\s*[:=]\s*)[^\r\n]*/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\b(basic|bearer)\s+[\w+/=.~-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\b(response|nonce|cnonce|opaque|username)=("[^"]*"|[^\s,]+)/gi, `$1=${HIDDEN}`],
  [
    /(?<![\w-])([\w-]*(?:token|ticket|session|secret|passw(?:or)?d|pass|pwd|signature|credential|key))(\\*["']?\s*[=:]\s*\\*["']?)[^\s&"',;}]+/gi,
    `$1$2${HIDDEN}`,
  ],
  // An XML element so called.
  [
    /((?:<|&lt;)(?:[\w.-]{0,40}:)?(?=[\w-]{0,80}(?:plate|passw|secret|token))[\w-]{1,80}(?:\s[^<>]{0,200}?)?(?:>|&gt;)(?:<!\[CDATA\[)?)(?:(?!&lt;)[^<])+/gi,
    `$1${HIDDEN}`,
  ],
  // user:password@ in a URL.
  [/(\/\/)[^\s/]+@/g, `$1${HIDDEN}@`],
  [/(\/anpr-event\/)[^\s/?"']+/g, `$1${HIDDEN}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, HIDDEN],
  // Whatever is long and random: signatures, session ids, keys.
  [/(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{32,}/g, HIDDEN],
];

/** A field of anybody's that holds plates: quoted, a list, or all up to the next field. */
const PLATE_FIELD =
  /(?<![\w-])((?=[\w-]*plate)[\w-]+\\*["']?\s*[=:]\s*)(?:\[[^\]]*|\\*"[^"]*"|'[^']*'|(?:(?!\s[\w.-]{1,60}[=:])[^\s,;&"'<>}\]]|[^\S\r\n](?![\w.-]{1,60}[=:]))+)/gi;

const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)/g;
const MAC = /(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])/gi;
const MAYBE_IPV6 = /(?<![\w:.])[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*/gi;

export function redactor({ secrets, cameras, plates, withAddresses }: Redaction): Redactor {
  const known = new Set(secrets.filter((secret) => secret.length >= MIN_SECRET_CHARACTERS));
  // The longest first: a password may be a part of another.
  const sorted = [...known].toSorted((a, b) => b.length - a.length).map(anyFormOf);
  const ids = cameras.map(({ id }) => id);
  const hider = plateHider({ plates, ids, instead: HIDDEN, keepsAddresses: withAddresses });

  function withoutSecrets(text: string): string {
    let hidden = sorted.reduce((left, secret) => left.replace(secret, HIDDEN), text);
    for (const [pattern, instead] of PATTERNS) hidden = hidden.replace(pattern, instead);
    return withAddresses ? hidden : withoutAddresses(hidden);
  }

  function withoutAddresses(text: string): string {
    const named = cameras.reduce(
      (left, { id, host }) =>
        left.replace(new RegExp(`(?<![\\w.-])${host.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`, 'gi'), `<${id}>`),
      text,
    );
    return named
      .replace(MAC, '<mac>')
      .replace(IPV4, '<address>')
      .replace(MAYBE_IPV6, (found) => (isIPv6(found) ? '<address>' : found));
  }

  return {
    own: (text) => hider.known(withoutSecrets(text)),
    any: (text) => hider.any(withoutSecrets(text.replace(PLATE_FIELD, `$1${HIDDEN}`))),
  };
}

/** As it may stand in a URL, in a form, in XML, in JSON, in a login; each of them more than once, and mixed. */
function anyFormOf(secret: string): RegExp {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return new RegExp(`${[...secret].map(anyFormOfSign).join('')}|${quoted(base64)}(?:=|%3[dD]){0,2}`, 'gu');
}

const NAMED: Record<string, string> = { '"': 'quot', '&': 'amp', "'": 'apos', '<': 'lt', '>': 'gt' };

function anyFormOfSign(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(sign)].map((byte) => `%(?:25)*${anyCase(byte, 2)}`).join('');
  const named = NAMED[sign] === undefined ? '' : `${NAMED[sign]}|`;
  const inJson = sign
    .split('')
    .map((unit) => `\\\\{1,8}u${anyCase(unit.charCodeAt(0), 4)}`)
    .join('');
  return `(?:${[
    // The longer ones first: what they begin with may be the sign itself.
    bytes,
    `&(?:amp;)*(?:${named}#0*${code}|#[xX]0*${anyCase(code, 1)});`,
    inJson,
    `\\\\{1,8}x${anyCase(code, 2)}`,
    sign === '\\' ? '\\\\{1,8}' : /["'/]/.test(sign) ? `\\\\{0,8}${sign}` : quoted(sign),
    ...(sign === ' ' ? ['\\+'] : []),
  ].join('|')})`;
}

/** In hexadecimal. */
function anyCase(code: number, digits: number): string {
  const hex = code.toString(16).padStart(digits, '0');
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
