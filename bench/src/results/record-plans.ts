/** Turns the plans of the last run into bench/explain.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { describeCommit } from './describe-machine.js';

const file = join(workspaceRoot, 'bench', 'explain.md');

/** Replaces what the run before has written: plans are long, and only the newest ones are looked at. Returns the path. */
export function recordPlans(events: number, lines: string[]): string {
  const head = [
    '# Plans of `npm run bench -- query`',
    '',
    `By \`explain (analyze, buffers)\`, which makes statements slower than they are in the results: over`,
    `${events.toLocaleString('en')} events of 60 days, commit ${describeCommit()}. Each run overwrites this file.`,
  ];
  writeFileSync(file, `${[...head, '', ...lines].join('\n').trimEnd()}\n`);
  return file;
}
