// Of an application's .env, which lines stand in a quoted value that began on a line above: some readers follow a quote from
// line to line, others do not.

const OPENS_QUOTE = /^[ \t]*[^#;=:\s][^=:]*[=:][ \t]*(["'`])/;
/** How far the readers go that know no escape, and those that do. */
const CLOSINGS: Record<string, readonly RegExp[]> = {
  '"': [/^[^"]*"/, /^(?:[^"\\]|\\.)*"/s],
  "'": [/^[^']*'/, /^(?:[^'\\]|\\.)*'/s],
  '`': [/^[^`]*`/, /^(?:[^`\\]|\\.)*`/s],
};

/** The index of each line within a value that is closed on it or below; by it, the index of the line that opened the value. */
export function linesInForeignQuotes(lines: readonly string[], isOurs: (line: string) => boolean): Map<number, number> {
  const inside = new Map<number, number>();
  for (const [opening, line] of lines.entries()) {
    const [before = '', quote = ''] = OPENS_QUOTE.exec(line) ?? [];
    if (before === '' || isOurs(line) || inside.has(opening)) continue;
    const behind = [line.slice(before.length), ...lines.slice(opening + 1)].join('\n');
    // Open to the end of the file, it is a quote for nobody.
    const values = (CLOSINGS[quote] ?? []).map((closing) => closing.exec(behind)?.[0] ?? '');
    const length = Math.max(...values.map((value) => value.split('\n').length));
    for (let index = opening + 1; index < opening + length; index++) inside.set(index, opening);
  }
  return inside;
}
