import { bundle } from './bundle.ts';
import { runChild } from './child.ts';
import { type Figure, figure } from './figure.ts';

const ENDLESS_MB = 300;
const CAMERAS = 400;
const EACH_MB = 4;
const BUDGET_MB = 256;

type Run = { peakRssMb: number; peakHeldMb: number };

/** One part that never ends, and 400 cameras each half-way through a large picture: both bounded. */
export async function measureMemory(): Promise<Figure[]> {
  const client = await bundle('./memory-client.ts');
  const idle = await runChild<Run>(client.path, [1, 0, BUDGET_MB]);
  const endless = await runChild<Run>(client.path, [1, ENDLESS_MB, BUDGET_MB]);
  const many = await runChild<Run>(client.path, [CAMERAS, EACH_MB, BUDGET_MB]);
  client.remove();
  return [
    figure(
      `a part of ${ENDLESS_MB} MB without an end: peak memory (reference: idle process)`,
      endless.peakRssMb,
      'MB',
      idle.peakRssMb,
      { of: 'value', most: 200 },
    ),
    figure(
      `${CAMERAS} cameras in mid-picture (${CAMERAS * EACH_MB} MB): held at most (reference: the cap)`,
      many.peakHeldMb,
      'MB',
      BUDGET_MB,
      // Each stream may be one read over when it meets the cap, and one of them goes on.
      { of: 'ratio', most: 1.15 },
    ),
    figure(
      `${CAMERAS} cameras in mid-picture: peak memory (reference: idle process)`,
      many.peakRssMb,
      'MB',
      idle.peakRssMb,
    ),
  ];
}
