/** Checks random histories against plain counting until the time is up, on a throw-away database. */

import { type CommandContext, runCommand } from './processes/run-command.js';
import { createTemplateDatabase } from './stores/template-database.js';
import { startThrowAwayPostgres } from './stores/throw-away-postgres.js';
import { fuzzHelp, readFuzzOptions } from './suite/fuzz-options.js';
import { loadTestCode } from './suite/load-test-code.js';

/** What e2e/test/segments/fuzz.ts exports. */
interface Fuzzing {
  fuzz(
    options: { minutes: number | undefined; seed: number },
    stopped: AbortSignal,
    write: (text: string) => void,
  ): Promise<boolean>;
}

async function run({ closing, stopped }: CommandContext): Promise<number> {
  const { help, ...options } = readFuzzOptions(process.argv.slice(2));
  if (help) {
    process.stdout.write(fuzzHelp);
    return 0;
  }
  const databaseUrl = process.env.DATABASE_URL || (await startThrowAwayPostgres(closing));
  process.env.TEST_DATABASE_URL = databaseUrl;
  process.env.TEST_TEMPLATE_DATABASE = await createTemplateDatabase(databaseUrl, closing);
  const { fuzz } = await loadTestCode<Fuzzing>('e2e/test/segments/fuzz.ts', closing);
  const areRight = await fuzz(options, stopped, (text) => void process.stdout.write(text));
  return areRight && !stopped.aborted ? 0 : 1;
}

await runCommand(run);
