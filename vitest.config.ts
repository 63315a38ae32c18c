import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['*/test/**/*.test.ts'],
    // Real databases and whole services start inside tests, on machines that may have other things to do: these limits end
    // what hangs, and what a test waits for has a limit of its own that says what did not happen.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Processes, not threads: tests send signals and change the environment.
    pool: 'forks',
    maxWorkers: 2,
  },
});
