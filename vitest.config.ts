import { defineConfig } from 'vitest/config';

// Journeys start whole processes and share two cores: they run one file at a time, after the unit tests.
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
          // The default leaves one core idle, which on two cores is half of them.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
