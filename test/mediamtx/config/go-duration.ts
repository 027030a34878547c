// Go's durations as MediaMTX takes them: `10s`, `1h30m`, `200ms`, and its own `1d`.

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DAY_MS = 24 * 3_600_000;

/** @returns milliseconds; @throws Error in Go's words */
export function parseGoDuration(text: string): number {
  const [, days, rest = text] = /^(\d+)d(.*)$/.exec(text) ?? [];
  const fromDays = days === undefined ? 0 : Number(days) * DAY_MS;
  if (rest === '' && days !== undefined) return fromDays;
  if (/^\d+(\.\d+)?$/.test(rest) && rest !== '0') throw new Error(`time: missing unit in duration "${text}"`);
  const parts = [...rest.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  const isWhole = parts.map(([part]) => part).join('') === rest && rest !== '';
  if (!isWhole && rest !== '0') throw new Error(`time: invalid duration "${text}"`);
  return parts.reduce((sum, [, amount = '0', unit = '']) => sum + Number(amount) * (UNIT_MS[unit] ?? 0), fromDays);
}
