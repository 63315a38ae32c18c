import { CommandError } from '@millrace/shared/commands/command-error';
import { type Check, checks } from './checks/check-list.js';
import { writeSchemaDump } from './checks/schema-dump.js';
import { writeDocs } from './checks/written-docs.js';
import { runCommand } from './processes/run-command.js';
import { workspaceRoot } from './workspace-root.js';

function selectChecks(names: string[]): readonly Check[] {
  const unknown = names.find((name) => !checks.some((check) => check.name === name));
  if (unknown) {
    const known = checks.map(({ name }) => name).join(', ');
    throw new CommandError(`There is no check "${unknown}": choose from ${known}, or give no name to run all.`);
  }
  return names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
}

/** A check that throws, for example because a file is missing, has failed. */
async function runCheck(check: Check): Promise<boolean> {
  const began = Date.now();
  let problems: string[];
  try {
    problems = await check.run(workspaceRoot);
  } catch (error) {
    problems = [error instanceof Error ? error.message : String(error)];
  }
  const verdict = problems.length === 0 ? 'ok    ' : 'FAILED';
  process.stdout.write(`${verdict} ${check.name} (${Date.now() - began} ms)\n`);
  for (const problem of problems) process.stdout.write(`  ${problem.trimEnd().replaceAll('\n', '\n  ')}\n`);
  return problems.length === 0;
}

async function checkAll(names: string[], stopped: AbortSignal): Promise<number> {
  const failed: string[] = [];
  for (const check of selectChecks(names)) {
    if (stopped.aborted) return 1;
    if (!(await runCheck(check))) failed.push(check.name);
  }
  process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

await runCommand(async ({ stopped }) => {
  const names = process.argv.slice(2);
  if (names.includes('--update-docs')) {
    process.stdout.write(`Wrote ${(await writeDocs(workspaceRoot)).join(', ')}\n`);
    return 0;
  }
  if (!names.includes('--update-schema')) return checkAll(names, stopped);
  process.stdout.write(`Wrote ${await writeSchemaDump(workspaceRoot)}\n`);
  return 0;
});
