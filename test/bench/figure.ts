/** One line of the table. `reference` is measured in the same run, on the same machine; `ratio` is value to reference. */
export type Figure = { name: string; value: number; unit: string; reference: number | null; ratio: number | null };

export function figure(name: string, value: number, unit: string, reference: number | null = null): Figure {
  const ratio = reference === null || reference === 0 ? null : value / reference;
  return {
    name,
    value: rounded(value),
    unit,
    reference: reference === null ? null : rounded(reference),
    ratio: ratio === null ? null : rounded(ratio),
  };
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
