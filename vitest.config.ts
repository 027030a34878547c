import { defineConfig } from 'vitest/config';

// On two cores: unit tests first, then the journeys, which start whole processes, three files at a time; what measures time
// or memory, or decodes video, comes last and one file at a time.
const MEASURED = ['day', 'prompt', 'video', 'viewers'].map((name) => `test/journeys/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{cdk,functions,bridge,shared,test}/**/*.test.ts'],
          exclude: ['test/journeys/**'],
          testTimeout: 20_000,
          // One test file after another in the same process: half of the time went into importing the same modules again.
          isolate: false,
          // One more than there are cores: most tests wait for a socket or a timer part of their time.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          exclude: MEASURED,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'measured',
          include: MEASURED,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
