/** Adds the results of a run to bench/results.md; notes on them are written by hand. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@millrace/dev/workspace-root';

const file = join(workspaceRoot, 'bench', 'results.md');

const head = `# Results of \`npm run bench\`

Newest last. Only figures of one run compare: ratios travel between machines, events/s do not. What each measure does
stands in \`bench/src/measures/\`, what it is compared with in \`bench/baseline/\`.
`;

/** Appends; what stands in the file already is never touched. Returns the file's path. */
export function recordResults(lines: string[]): string {
  const section = `\n${lines.join('\n')}\n`;
  appendFileSync(file, existsSync(file) ? section : head + section);
  return file;
}
