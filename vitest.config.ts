/** Turns the packages' test folders into one suite. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/test/**/*.test.ts'],
    // Real databases and whole services start inside tests.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Processes, not threads: tests send signals and change the environment.
    pool: 'forks',
    maxWorkers: 2,
  },
});
