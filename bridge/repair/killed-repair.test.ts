// A bridge killed at any point of a sweep: every step towards the disk is a point, before it and after it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Detection } from '../../shared/detection/detection.ts';
import type { Disk } from '../outbox/disk.ts';
import { type KeptReads, MINUTE_MS, memoryDisk, type RepairBench, repairBench } from './repair.fixture.ts';

const TRUCKS = 16;
const RUNS = 100;
/** More than the steps of one whole recovery. */
const MAX_STEPS = 60;

type Kill = { afterSteps: number; isStepDone: boolean };

/** Counts steps; from the last one on nothing is done and nothing answers, as when there is no process any more. */
function mortal({ afterSteps, isStepDone }: Kill) {
  let steps = 0;
  return async function step<T>(work: () => Promise<T>): Promise<T> {
    steps += 1;
    if (steps < afterSteps) return work();
    if (steps === afterSteps && isStepDone) await work();
    return new Promise<T>(() => {});
  };
}

function mortalParts(
  bench: RepairBench,
  kill: Kill,
): { disk: Disk; outbox: Pick<KeptReads, 'addRead' | 'addPictures'> } {
  const step = mortal(kill);
  const disk = memoryDisk(bench.files);
  return {
    disk: {
      ...disk,
      // A torn file is what a kill in mid-write leaves.
      write: (path, bytes) =>
        step(async () => {
          bench.files.set(path, Buffer.from(bytes.subarray(0, bytes.length / 2)));
          await step(async () => {});
          bench.files.delete(path);
          await disk.write(path, bytes);
        }),
      rename: (from, to) => step(() => disk.rename(from, to)),
      remove: (path) => step(() => disk.remove(path)),
    },
    outbox: {
      addRead: (read: Detection) => step(() => bench.kept.addRead(read)),
      addPictures: (read: Detection) => step(() => bench.kept.addPictures(read)),
    },
  };
}

test('the next one recovers what is left, and at last the outbox and the ledger agree', {
  timeout: 60_000,
}, async () => {
  const kills = fc.array(fc.record({ afterSteps: fc.integer({ min: 1, max: MAX_STEPS }), isStepDone: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  });
  let inMidSweep = 0;
  await fc.assert(
    fc.asyncProperty(kills, async (lives) => {
      const bench = repairBench({ plates: { rowsPerAnswer: 5, picture: 'missing' } });
      for (let n = 0; n < TRUCKS; n += 1) {
        bench.camera.pass({ plate: n % 9 === 4 ? 'unknown' : `01K${100 + n}LM` });
        bench.clock.step(20_000);
      }
      bench.clock.step(3 * MINUTE_MS);
      for (const kill of lives) {
        bench.start(mortalParts(bench, kill));
        bench.connect();
        await bench.pass(3_000);
        if (bench.kept.byId.size > 0 && bench.kept.byId.size < TRUCKS) inMidSweep += 1;
      }
      bench.start();
      bench.connect();
      await bench.pass(10_000);
      const seconds = [...bench.kept.byId.values()].map(({ capturedAt, plate }) => `${capturedAt} ${plate}`).toSorted();
      const truth = bench.camera.lane.ledger.map(({ capturedAt, passage }) => {
        return `${new Date(capturedAt).toISOString()} ${passage.plate === 'unknown' ? null : passage.plate}`;
      });
      expect(seconds).toEqual(truth.toSorted());
      await bench.stop();
    }),
    { numRuns: RUNS },
  );
  expect(inMidSweep).toBeGreaterThan(RUNS / 10);
});
