/** One line of the table. `reference` is measured in the same run, on the same machine; `ratio` is value to reference. */
export type Figure = { name: string; value: number; unit: string; reference: number | null; ratio: number | null };

/** What the figure must not leave; `npm run bench` fails when it does. */
export type Limit = { of: 'value' | 'ratio'; most?: number; least?: number };

const limits = new WeakMap<Figure, Limit>();

export function figure(
  name: string,
  value: number,
  unit: string,
  reference: number | null = null,
  limit: Limit | null = null,
): Figure {
  const ratio = reference === null || reference === 0 ? null : value / reference;
  const made = {
    name,
    value: rounded(value),
    unit,
    reference: reference === null ? null : rounded(reference),
    ratio: ratio === null ? null : rounded(ratio),
  };
  if (limit) limits.set(made, limit);
  return made;
}

/** Whether the figure keeps its limit, in words; null where it has none. */
export function verdictOn(figure: Figure): { kept: boolean; words: string } | null {
  const limit = limits.get(figure);
  if (!limit) return null;
  const { most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY } = limit;
  const measured = limit.of === 'value' ? figure.value : (figure.ratio ?? Number.NaN);
  const bound = Number.isFinite(most) ? `at most ${most}` : `at least ${least}`;
  return { kept: measured <= most && measured >= least, words: `${limit.of} ${bound}` };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
