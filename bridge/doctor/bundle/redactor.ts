// Takes out of text what must not leave the machine: secrets that are known, what looks like one, plates, addresses.
// It takes too much rather than too little: a hidden request id costs a question, a leaked token costs more.
import { isIPv6 } from 'node:net';
import { plateHider } from './hide-plates.ts';

export const HIDDEN = '***';
/** Shorter ones would blot out half of every line, and no camera takes such a password. */
const MIN_SECRET_CHARACTERS = 4;

export type Redaction = {
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
    /(?<![\w-])([\w-]*(?:token|ticket|session|secret|passw(?:or)?d|pass|pwd|signature|credential|key))(["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi,
    `$1$2${HIDDEN}`,
  ],
  // user:password@ in a URL.
  [/(\/\/)[^\s/]+@/g, `$1${HIDDEN}@`],
  [/(\/anpr-event\/)[^\s/?"']+/g, `$1${HIDDEN}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, HIDDEN],
  // Whatever is long and random: signatures, session ids, keys.
  [/(?<![\w+=-])(?=[\w+=-]*\d)(?=[\w+=-]*[A-Za-z])[\w+=-]{32,}/g, HIDDEN],
];

const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)/g;
const MAC = /(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])/gi;
const MAYBE_IPV6 = /(?<![\w:.])[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*/gi;

export function redactor({ secrets, cameras, plates, withAddresses }: Redaction): Redactor {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET_CHARACTERS).flatMap(formsOf);
  // The longest first: a password may be a part of another.
  const sorted = [...new Set(known)].toSorted((a, b) => b.length - a.length);
  const hider = plateHider({ plates, ids: cameras.map(({ id }) => id), instead: HIDDEN });

  function withoutSecrets(text: string): string {
    let hidden = sorted.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
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
    any: (text) => hider.any(withoutSecrets(text)),
  };
}

/** As it may stand in a URL, in XML or in a login. */
function formsOf(secret: string): string[] {
  const inXml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, encodeURIComponent(secret), inXml, inJson, Buffer.from(secret).toString('base64')];
}
