// Reads WWW-Authenticate in every shape of ISAPI.md 2.2. What cannot be read with certainty is dropped: a digest made
// from a misread challenge would be a wrong login, and the camera counts those.

/** Longest header read; real ones stay below 400 characters. */
const MAX_HEADER_CHARACTERS = 8_192;

/** In order of preference. auth-int and SHA-512-256 are left out: no known camera offers nothing else. */
const ALGORITHMS = ['SHA-256', 'SHA-256-sess', 'MD5', 'MD5-sess'] as const;
export type DigestAlgorithm = (typeof ALGORITHMS)[number];

export type DigestChallenge = {
  scheme: 'digest';
  /** Exactly as sent, letter case and blanks kept. */
  realm: string;
  nonce: string;
  /** Null when the camera sent none; `''` must be given back too. */
  opaque: string | null;
  /** Null is the form of RFC 2069, which has no counter. */
  qop: 'auth' | null;
  algorithm: DigestAlgorithm;
  /** The digest was right, only its nonce was old. */
  stale: boolean;
};
export type BasicChallenge = { scheme: 'basic' };
export type Challenge = DigestChallenge | BasicChallenge;

/** All challenges of the header (several headers joined by `, `) that can be answered, in the camera's order. */
export function parseChallenges(header: string): Challenge[] {
  if (header.length > MAX_HEADER_CHARACTERS) return [];
  return readSchemes(header).flatMap(({ scheme, params }) => {
    const digest = scheme === 'digest' && params !== null ? digestOf(params) : null;
    const challenge: Challenge | null = scheme === 'basic' ? { scheme } : digest;
    return challenge === null ? [] : [challenge];
  });
}

/** The strongest digest, or Basic where the camera offers nothing else and the configuration allows it, or null. */
export function chooseChallenge(challenges: Challenge[], options: { allowBasic: boolean }): Challenge | null {
  const digests = challenges.filter((challenge) => challenge.scheme === 'digest');
  digests.sort((a, b) => ALGORITHMS.indexOf(a.algorithm) - ALGORITHMS.indexOf(b.algorithm));
  const [best] = digests;
  if (best !== undefined) return best;
  return options.allowBasic ? (challenges.find((challenge) => challenge.scheme === 'basic') ?? null) : null;
}

type Params = Map<string, string>;
/** `params` is null when one of them is broken or given twice. */
type Scheme = { scheme: string; params: Params | null };

const TOKEN = /[^\s,="]+/y;
const EQUALS = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BARE = /[^\s,"]*/y;

/** A word followed by `=` is a parameter of the scheme before it, any other word is a scheme. */
function readSchemes(header: string): Scheme[] {
  const schemes: Scheme[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match === null) return null;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  while (at < header.length) {
    const word = take(TOKEN)?.toLowerCase();
    const current = schemes.at(-1);
    if (word === undefined) {
      if (header[at] === '"' && current) current.params = null;
      at += 1;
    } else if (take(EQUALS) === null) {
      schemes.push({ scheme: word, params: new Map() });
    } else {
      const isQuoted = header[at] === '"';
      const value = take(isQuoted ? QUOTED : BARE);
      if (value === null) at = header.length;
      if (value === null || current?.params?.has(word)) spoil(current);
      else current?.params?.set(word, value);
    }
  }
  return schemes;
}

function spoil(scheme: Scheme | undefined): void {
  if (scheme) scheme.params = null;
}

function digestOf(params: Params): DigestChallenge | null {
  const [realm, nonce] = [exactText(params.get('realm')), exactText(params.get('nonce'))];
  const opaque = params.has('opaque') ? exactText(params.get('opaque')) : undefined;
  const algorithm = algorithmOf(params.get('algorithm') ?? 'MD5');
  const qop = qopOf(params.get('qop'));
  if (realm === null || !nonce || opaque === null || algorithm === undefined || qop === undefined) return null;
  // The key of -sess holds the cnonce, which the form without qop cannot carry.
  if (qop === null && algorithm.endsWith('-sess')) return null;
  const stale = /^true$/i.test(params.get('stale') ?? '');
  return { scheme: 'digest', realm, nonce, opaque: opaque ?? null, qop, algorithm, stale };
}

/**
 * A value that can be given back and hashed byte for byte, else null. Node reads headers as Latin-1; a realm in UTF-8 is
 * decoded here and encoded again in digest.ts. Quotes and backslashes are refused: cameras disagree on hashing them.
 */
function exactText(raw: string | undefined): string | null {
  if (raw === undefined) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(raw, 'latin1'));
    return /["\\\p{Cc}]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

function algorithmOf(name: string): DigestAlgorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm.toLowerCase() === name.toLowerCase());
}

/** `auth` among whatever is offered, null where none is, undefined where only auth-int is. */
function qopOf(offered: string | undefined): 'auth' | null | undefined {
  const names = (offered ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (names.length === 0) return null;
  return names.includes('auth') ? 'auth' : undefined;
}
