import { readFileSync } from 'node:fs';
import { jobFields } from '@millrace/shared/contract/job-fields';
import { type QueueContract, queues } from '@millrace/shared/contract/jobs';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8');

it('are documented in docs/jobs.md for every job that anyone may add', () => {
  const open = Object.values<QueueContract>(queues).filter(({ worker, addedBy }) => worker && addedBy === 'anyone');
  const rows = open.flatMap(({ jobs }) =>
    Object.entries(jobs).map(([name, { data }]) => `| \`${name}\` | ${jobFields(data)} |`),
  );
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter((row) => !page.includes(`\n${row}\n`))).toEqual([]);
});
