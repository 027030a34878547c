// Takes plates out of anybody's words however they are spaced: `AB123CD`, `AB 123 CD`, `ab-123-cd`. Whatever could be a
// plate goes, and every plate that is known from elsewhere; what is certainly something else stays.

import { asRead } from './as-read.ts';

/** Marks that people set between the parts of a plate; at most two of them, as in `AB - 123`. */
const BETWEEN = /^[\p{Zs}\t.\-‐-―·•_+/,:|()]{1,3}$/u;
const MAX_PARTS = 5;
/** Of a plate without its marks. */
const MIN_CHARACTERS = 5;
const MAX_CHARACTERS = 12;
/** Of the longest that a camera sends (ISAPI.md 4.2), with marks between. */
const MAX_SPAN_CHARACTERS = 48;
/** A known one may be shorter; what is shorter still would blot out half of every line. */
const MIN_KNOWN_CHARACTERS = 4;
/** Digits alone, when longer than a port or a count. */
const DIGITS_ALONE = /^\p{N}{7,10}$/u;
/** In a spaced plate each part is short; longer runs of letters are words, unless they are all capitals. */
const PART = /^(?:\p{L}{1,3}|[\p{Lu}\p{Lo}]{1,5}|\p{N}{1,5}|(?=\p{L}*\p{N})(?=\p{N}*\p{L})[\p{L}\p{N}]{2,7})$/u;
const RUN = /[\p{L}\p{N}]+/gu;

/** What stands beside numbers in every log; a spaced plate has a part that is none of it. Words as they are written, */
const WORDS = wordsIn(`
  a an and are as at but by can did do does due end few for get got had has he how if in is it its may new no none nor not
  now of off ok old on once one only or our out own per put ran row run saw see set so than that the them then they this to
  too try two up via was way we were who why yes yet ago all any every after
  kB kb KiB kib MB mb MiB mib GiB gib bps fps Hz kbps MHz min ms ns px sec us s`);
/** and terms in any letter case. */
const TERMS = wordsIn(`
  aac acl api arn aws cpu cseq debug dns error fatal gcm get h264 h265 hls http https ice id info ip ipv4 ipv6 jwt lan mac mtu nat
  node ntp null ok p50 p95 p99 patch pid play port post put rtp rtsp s3 sdp setup sqs ssl ssm tcp time tls ttl udp uid url
  utc vm vpn wan warn whep x64 x86 xml`);

/** Times in the forms of our logs, of journald, nginx and MediaMTX; versions; the camera's models. */
const KEPT = [
  String.raw`\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?`,
  String.raw`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?(?: (?:[A-Z]{3,4} )?\d{4})?`,
  String.raw`(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d[ /](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /]\d{4}[ :]\d\d:\d\d:\d\d(?: (?:GMT|UTC|[+-]\d{4}))?`,
  String.raw`\d\d:\d\d:\d\d(?:[.,]\d+)?Z?`,
  String.raw`[vV]\d{1,3}(?:\.\d{1,4}){1,3}`,
  'i?DS-2[A-Z]{2}[A-Z0-9]{0,12}(?:-[A-Z0-9]{1,6}){0,2}(?:/[A-Z]{1,3})?',
];

type PlateHider = {
  /** For our own words: only known plates, and only such as no word could be. */
  known(text: string): string;
  /** For anybody's. */
  any(text: string): string;
};

type PlateHiding = {
  /** Plates in any form. */
  plates: Iterable<string>;
  /** Words that may look like plates and are none: the ids of cameras. */
  ids: readonly string[];
  instead: string;
  /** Where addresses are to be read. */
  keepsAddresses?: boolean;
};

/** IPv6 and hardware addresses: letters, digits and colons, as plates are. */
const ADDRESSES = [
  '[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}',
  '(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}',
  '[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6}::(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,6})?',
];

export function plateHider({ plates, ids, instead, keepsAddresses = false }: PlateHiding): PlateHider {
  const known = new Set([...plates].map(bare).filter(({ length }) => length >= MIN_KNOWN_CHARACTERS));
  const names = ids.map((id) => `${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:-(?:main|sub))?`);
  const keptNames = keeping(names);
  const keptWords = keeping([...KEPT, ...(keepsAddresses ? ADDRESSES : []), ...names]);

  const hide = (text: string, kept: RegExp, isPlate: IsPlate): string =>
    text
      .split(kept)
      // The odd ones are what is kept, as split gives them.
      .map((piece, index) => (index % 2 === 1 ? piece : withoutPlates(piece, isPlate, instead)))
      .join('');
  const isKnown = (joined: string) => known.has(joined);
  const holdsKnown = (joined: string) => {
    if (joined.length > MAX_SPAN_CHARACTERS) return false;
    for (let from = 0; from + MIN_CHARACTERS <= joined.length; from += 1) {
      const longest = Math.min(MAX_CHARACTERS, joined.length - from);
      for (let length = MIN_CHARACTERS; length <= longest; length += 1) {
        const within = joined.slice(from, from + length);
        if (isMixed(within) && isKnown(within)) return true;
      }
    }
    return false;
  };
  // A known plate goes first, and with it whatever it is glued to: one written as `AAAA:V0.0` holds what would be kept as a
  // version.
  const withoutKnown = (text: string) =>
    known.size === 0
      ? text
      : hide(text, keptNames, ({ length }, joined) => {
          return (isMixed(joined) && isKnown(joined)) || (length === 1 && holdsKnown(joined));
        });
  return {
    known: withoutKnown,
    any: (text) =>
      hide(withoutKnown(text), keptWords, (parts, joined) => {
        return isKnown(joined) || (parts.length === 1 ? looksWhole(joined) : looksSpaced(parts, joined));
      }),
  };
}

/** Splits a text so that every second piece is one of `patterns`, by itself. */
function keeping(patterns: readonly string[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}_-])(${patterns.join('|') || '(?!)'})(?![\\p{L}\\p{N}_-])`, 'u');
}

/** As plates are compared: without marks, in capitals. */
function bare(plate: string): string {
  return plate
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function looksWhole(text: string): boolean {
  if (DIGITS_ALONE.test(text)) return true;
  return text.length >= MIN_CHARACTERS && text.length <= MAX_CHARACTERS && isMixed(text);
}

function looksSpaced(parts: readonly string[], joined: string): boolean {
  if (joined.length < MIN_CHARACTERS || joined.length > MAX_CHARACTERS || !isMixed(joined)) return false;
  if (!parts.every((part) => PART.test(part))) return false;
  return parts.some((part) => /\p{L}/u.test(part) && !WORDS.has(part) && !TERMS.has(part.toLowerCase()));
}

function wordsIn(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}

function isMixed(text: string): boolean {
  return /\p{L}/u.test(text) && /\p{N}/u.test(text);
}

/** `joined`: the neighbouring parts as they are compared. */
type IsPlate = (parts: readonly string[], joined: string) => boolean;
type Place = { from: number; to: number };

/** All that any run of neighbouring parts makes a plate goes, so that a word beside one cannot save a part of it. */
function withoutPlates(text: string, isPlate: IsPlate, instead: string): string {
  const { read, at } = asRead(text);
  const runs = [...read.matchAll(RUN)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
  const found: Place[] = [];
  for (const [start, first] of runs.entries()) {
    const parts: string[] = [];
    let to = first.from;
    for (const run of runs.slice(start, start + MAX_PARTS)) {
      if (parts.length > 0 && !BETWEEN.test(read.slice(to, run.from))) break;
      parts.push(run.text);
      to = run.to;
      if (to - first.from > MAX_SPAN_CHARACTERS) break;
      if (isPlate(parts, bare(parts.join('')))) found.push({ from: at(first.from), to: at(to - 1, 'end') });
    }
  }
  return cutOut(text, found, instead);
}

/** `places` in the order of their beginnings. */
function cutOut(text: string, places: readonly Place[], instead: string): string {
  let left = '';
  let end = 0;
  for (const { from, to } of places) {
    if (from >= end) left += text.slice(end, from) + instead;
    end = Math.max(end, to);
  }
  return left + text.slice(end);
}
