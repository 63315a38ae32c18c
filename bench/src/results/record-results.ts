import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { describeCommit } from './describe-run.js';

const resultsFile = join(workspaceRoot, 'bench', 'results.md');
const plansFile = join(workspaceRoot, 'bench', 'explain.md');

const head = `# Results of \`npm run bench\`

Newest last. Only compare figures of one run: ratios carry over to other machines, events/s do not. The measures are in
\`bench/src/measures/\`, what they compare with is in \`bench/baseline/\` and \`bench/src/frozen-baselines.ts\`.
`;

/** Appends only: notes on earlier results are written by hand. Returns the file's path. */
export function recordResults(lines: string[]): string {
  const section = `\n${lines.join('\n')}\n`;
  appendFileSync(resultsFile, existsSync(resultsFile) ? section : head + section);
  return resultsFile;
}

/** Overwrites the plans of the previous run: they are long, and only the newest matter. Returns the file's path. */
export function recordPlans(events: number, lines: string[]): string {
  const intro = [
    '# Plans of `npm run bench -- query`',
    '',
    'From `explain (analyze, buffers)`, which makes statements slower than they are in the results: over',
    `${events.toLocaleString('en')} events of 60 days, commit ${describeCommit()}. Each run overwrites this file.`,
  ];
  writeFileSync(plansFile, `${[...intro, '', ...lines].join('\n').trimEnd()}\n`);
  return plansFile;
}
