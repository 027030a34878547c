// Text as whoever wrote it meant it: programs write signs as entities, in percent and with backslashes.

const ENCODED =
  /(?:%(?:25)*[0-9a-f]{2})+|&(?:amp;)*(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(nbsp|thinsp|ensp|emsp));|\\{1,8}(?:u([0-9a-f]{4})|([nrt]))|\p{Cf}/giu;

/** `at` gives the place in the text where the sign at `index` of `read` begins, or ends. */
export type AsRead = { read: string; at(index: number, side?: 'end'): number };

export function asRead(text: string): AsRead {
  let read = '';
  // By index of `read`, where each piece begins in the text.
  const begins: number[] = [];
  const ends: number[] = [];
  const add = (piece: string, from: number, to: number, isPlain: boolean): void => {
    for (let unit = 0; unit < piece.length; unit++) {
      begins.push(isPlain ? from + unit : from);
      ends.push(isPlain ? from + unit + 1 : to);
    }
    read += piece;
  };
  let from = 0;
  for (const match of text.matchAll(ENCODED)) {
    const to = match.index + match[0].length;
    add(text.slice(from, match.index), from, match.index, true);
    const meant = meantBy(match);
    add(meant ?? match[0], match.index, to, meant === null);
    from = to;
  }
  add(text.slice(from), from, text.length, true);
  return { read, at: (index, side) => (side === 'end' ? ends[index] : begins[index]) ?? text.length };
}

/** Null for what only looks encoded. */
function meantBy([all, decimal, hex, space, unit, control]: RegExpExecArray): string | null {
  if (all.startsWith('%')) return inPercent(all);
  if (space !== undefined || control !== undefined) return ' ';
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? unit ?? '', 16);
  // Signs of no width are written between others to be overlooked.
  if (Number.isNaN(code)) return '';
  if (code > 0x10ffff) return null;
  return String.fromCodePoint(code).replace(/\p{Cf}/gu, '');
}

function inPercent(text: string): string | null {
  try {
    return decodeURIComponent(text.replace(/%(?:25)+(?=[0-9a-f]{2})/gi, '%')).replace(/\p{Cf}/gu, '');
  } catch {
    return null;
  }
}
