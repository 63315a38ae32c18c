/** A worker whose file folder cannot be opened: its reports fail, and nothing else. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addJob } from '@millrace/shared/queue/add-job';
import { openQueue } from '@millrace/shared/queue/queue';
import { silent, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addJune, type ExportStack, startExportStack } from '../export-stack.js';

let stack: ExportStack;

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  await stack.addEvents('shop', 2_000);
  await stack.database.pool.query(`insert into sites (site_id) values ('shop') on conflict do nothing`);
});
afterAll(() => stack.stop());

async function addReport(format: string): Promise<string> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone)
    select 'shop', id, id, 'Mine', 'events', $1, '2026-06-01', '2026-06-01', 'UTC' from gen_random_uuid() as id returning id`,
    [format],
  );
  return rows[0]!.id;
}

it('fails each report with the reason, whatever its format, and keeps running', async () => {
  const file = join(stack.dir, 'a-file');
  await writeFile(file, '');
  const { child } = await stack.startWorker({ EXPORT_DIR: join(file, 'exports') });
  const jobs = openQueue('report-generation', testQueue('postgres', stack.database), silent);
  for (const format of ['pdf', 'csv']) {
    const reportId = await addReport(format);
    const options = { backoffMs: 0, maxAttempts: 2 };
    await addJob(jobs.queue, 'site-report', { site_id: 'shop', reportId }, { jobId: reportId }, options);
    const find = () => stack.database.pool.query('select status, error from reports where id = $1', [reportId]);
    const isFailed = async () => child.exitCode !== null || (await find()).rows[0].status === 'failed';
    await eventually(isFailed, `the report as ${format} has failed`);
    expect((await find()).rows).toEqual([
      { status: 'failed', error: expect.stringContaining('is not writable (ENOTDIR)') },
    ]);
    expect(child.exitCode).toBe(null);
  }
  await jobs.close();
});
