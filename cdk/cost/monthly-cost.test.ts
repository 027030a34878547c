import { describe, expect, test } from 'vitest';
import { costLine, type Deployed, monthlyCost } from './monthly-cost.ts';

const ONE_GATE: Deployed = {
  cameras: 1,
  instanceType: 't4g.small',
  volumeGibibytes: 12,
  indexes: 2,
  alarms: 22,
  customMetrics: 22,
  recorderMebibytes: 512,
  webhookMebibytes: 512,
  detectionsDays: 90,
  picturesDays: 30,
};
const USUAL = { detectionsPerDay: 1_000, viewerHoursPerDay: 0 };
const total = (parts: Record<string, number>) => Object.values(parts).reduce((sum, part) => sum + part, 0);

describe('what a gate costs a month', () => {
  test('its reads cost about what the same reads cost by hand', () => {
    // A thousand a day for a month, priced one by one: 60.8 k puts, 152 k write units, 9.6 GB of pictures.
    const { perGate } = monthlyCost(ONE_GATE, USUAL);
    expect(perGate.pictureWrites).toBeCloseTo(0.304, 3);
    expect(perGate.tableWrites).toBeCloseTo(0.095, 3);
    expect(perGate.pictures).toBeCloseTo(0.2208, 3);
    expect(total(perGate)).toBeGreaterThan(0.5);
    expect(total(perGate)).toBeLessThan(1.5);
  });

  test('ten times the reads cost ten times as much, and the VM the same', () => {
    const [once, tenfold] = [1_000, 10_000].map((detectionsPerDay) =>
      monthlyCost(ONE_GATE, { ...USUAL, detectionsPerDay }),
    );
    expect(total(tenfold?.perGate ?? {})).toBeCloseTo(10 * total(once?.perGate ?? {}), 6);
    expect(tenfold?.fixed).toEqual(once?.fixed);
  });

  test('two cameras share the VM', () => {
    const shared = monthlyCost({ ...ONE_GATE, cameras: 2 }, USUAL);
    expect(shared.each).toBeCloseTo(total(shared.fixed) / 2 + total(shared.perGate), 6);
  });

  test('an operator who watches eight hours a day costs more than the reads of a gate', () => {
    const { perGate } = monthlyCost(ONE_GATE, { ...USUAL, viewerHoursPerDay: 8 });
    expect(perGate.video).toBeCloseTo(19.7, 1);
  });
});

test('the line names the sum and its largest parts', () => {
  expect(costLine(ONE_GATE, USUAL)).toMatch(
    /^about USD \d+\.\d\d a month and gate at 1000 reads .*\(machine 12\.26, metrics 6\.60, /,
  );
});

test('a machine whose price is not known is not hidden in the sum', () => {
  expect(costLine({ ...ONE_GATE, instanceType: 'm9g.large' }, USUAL)).toContain('without the m9g.large');
});
