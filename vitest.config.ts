import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of whole stacks mostly wait, those of random histories mostly compute, and both take longest; then come single files. */
const long = [
  /\/e2e\/test\//,
  /\/sdk\/browser\/test\//,
  /random\.test\.ts$/,
  /\/dev\/test\/start\.test\.ts$/,
  /\/processor\/test\/(aggregations\/aggregate-site|cleanup\/drop-old-months)\.test\.ts$/,
  /\/reporting\/test\/(datasets-exact|exports-faults|reports\/generation|s3-store)\.test\.ts$/,
  /\/scheduler\/test\/schedules\/scheduler\.test\.ts$/,
  /\/sdk\/node\/test\/(delivery|spool-kill)\.test\.ts$/,
];
const takesLong = ({ moduleId }: TestSpecification) => long.some((pattern) => pattern.test(moduleId));

/** Begun first, none of them keeps the run waiting at its end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(takesLong), ...sorted.filter((file) => !takesLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['*/test/**/*.test.ts', 'sdk/*/test/**/*.test.ts'],
    // Real databases and whole services start inside tests, on machines that may have other things to do: these limits end
    // what hangs, and what a test waits for has a limit of its own that says what did not happen.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // Processes, not threads: tests send signals and change the environment.
    pool: 'forks',
    // Files share what they import, which takes as long as a fifth of all tests: none of our modules keeps a state that the next file would mind.
    isolate: false,
    // One more than the two cores that the suite is made for: many tests wait for queues and clocks, but browsers and whole stacks compute.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
