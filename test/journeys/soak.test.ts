// The short form of `npm run soak`: hours of a gate with a fault every other minute, and the camera's ledger against the
// table after them.
import { afterEach, describe, expect, test } from 'vitest';
import { runSoak, type Soak } from '../soak/soak.ts';
import { judge, leftBehind } from '../soak/verdict.ts';

const SEEDS = [2];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const opened: Soak[] = [];
afterEach(async () => {
  for (const { world } of opened.splice(0)) await world.close();
});

async function soaked(seed: number, forMs: number): Promise<Soak> {
  const isOver = ({ elapsedMs }: Soak) => elapsedMs >= forMs;
  const soak = await runSoak({ seed, isOver, stretchMs: forMs, faultEveryMs: 2 * MINUTE_MS });
  opened.push(soak);
  return soak;
}

/** What a run was, in all that can be counted. */
async function seen(soak: Soak) {
  const { passed, faults, world } = soak;
  const [lives, log] = [world.lives, [...world.logged].toSorted()];
  return { verdict: await judge(soak), faults, moments: passed.map(({ truth }) => truth), lives, log };
}

describe('an hour at the gate, with faults of every kind', () => {
  test.each(SEEDS)(
    'of seed %i: each vehicle is one row, dated right, late if it was, or told as lost',
    async (seed) => {
      const soak = await soaked(seed, HOUR_MS);
      const { mismatches, ...verdict } = await judge(soak);
      console.log(`seed ${seed}: ${soak.faults.length} faults, ${soak.world.killed} kills, ${JSON.stringify(verdict)}`);
      expect(mismatches).toEqual([]);
      expect(verdict.rows + verdict.lost).toBe(soak.passed.length);
      expect(leftBehind(soak)).toEqual([]);
      expect([soak.passed.length > 50, soak.faults.length > 15]).toEqual([true, true]);
    },
  );

  test('of the same seed is the same hour', async () => {
    const [first, second] = [await soaked(6, 15 * MINUTE_MS), await soaked(6, 15 * MINUTE_MS)];
    expect(await seen(second)).toEqual(await seen(first));
  });
});
