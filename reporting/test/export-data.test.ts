/** The job EXPORT_DATA of the queue API: users choose file names, which must not affect other files. */
import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Job } from '@millrace/shared/queue/queue';
import { eventually } from '@millrace/shared/testing/eventually';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskStore } from '../src/exports/disk-store.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

let stack: ExportStack;
let jobs = 0;

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  await stack.addEvents('shop', 20);
  await stack.startWorker();
});
afterAll(() => stack.stop());

const data = { site_id: 'shop', dataType: 'ENGAGEMENT', format: 'CSV', startDate: '2026-06-01', endDate: '2026-06-01' };

/** Resolves with the job once it has ended. */
async function run(more: object): Promise<Job> {
  jobs += 1;
  const jobId = `job-${jobs}`;
  await addJob(stack.queue.queue, 'EXPORT_DATA', { ...data, ...more }, { jobId }, { backoffMs: 0 });
  await eventually(async () => (await stack.queue.queue.getJob(jobId))?.finishedOn !== undefined, `${jobId} has ended`);
  return (await stack.queue.queue.getJob(jobId))!;
}

it('writes the events of its days as an export that can be listed and downloaded like any other', async () => {
  const { returnvalue } = await run({});
  const { exportId, ...result } = returnvalue as { exportId: string };
  expect(result).toEqual({ rows: 20, bytes: expect.any(Number), ms: expect.any(Number) });
  const { body } = await request(stack.app).get(`/api/v1/exports/${exportId}`).expect(200);
  const params = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
  expect(body).toMatchObject({ status: 'completed', dataset: 'events', format: 'csv', rows: 20, params });
  const { text } = await request(stack.app).get(`/api/v1/exports/${exportId}/download`).expect(200);
  expect(parse(text, { columns: true }).length).toBe(20);
});

it('writes only rows that match its filters: one value, or a list of values', async () => {
  const { returnvalue } = await run({ filters: { user_id: ['u1', 'u2'], path: '/p1' } });
  expect(returnvalue).toMatchObject({ rows: 1 });
});

it('writes JSON with its metadata', async () => {
  const { returnvalue } = await run({ format: 'JSON' });
  const { exportId } = returnvalue as { exportId: string };
  const { body } = await request(stack.app).get(`/api/v1/exports/${exportId}/download`).expect(200);
  expect(body.metadata).toMatchObject({ totalRecords: 20, dateRange: { from: '2026-06-01', to: '2026-06-01' } });
});

it('fails at once for an unknown site', async () => {
  const { failedReason, attemptsMade } = await run({ site_id: 'dmeo' });
  expect(failedReason).toBe('There is no site "dmeo". It is created by its first event, or by PUT /api/v1/sites/dmeo.');
  expect(attemptsMade).toBe(1);
});

it('fails at once for filters on an unknown column', async () => {
  const { failedReason, attemptsMade } = await run({ filters: { colour: 'red' } });
  expect(failedReason).toContain('filters.colour is "colour", which is not a dimension; did you mean property:colour?');
  expect(attemptsMade).toBe(1);
  // Its parameters have the same names for the sender as in the dataset.
  const second = await run({ filters: { path: '/p1', colour: ['red', 'blue'] } });
  expect(second.failedReason).toContain(
    'filters.colour is "colour", which is not a dimension; did you mean property:colour?',
  );
  const own = await run({ filters: { filters: [['is', 'colour', ['red']]] } });
  expect(own.failedReason).toContain(
    'filters[0][1] is "colour", which is not a dimension; did you mean property:colour?',
  );
});

describe('outputPath', () => {
  const file = (name: string) => readFile(join(stack.dir, name), 'utf8');

  it.each(['June.csv', 'März 2026.csv', '-rf', "a'b;$(x).csv"])(
    '%s is the name of the file in the folder',
    async (outputPath) => {
      const { returnvalue } = await run({ outputPath });
      expect(returnvalue).toMatchObject({ rows: 20 });
      expect((await file(outputPath)).split('\r\n')[0]).toContain('timestamp,');
      expect(((await lstat(join(stack.dir, outputPath))).mode & 0o777).toString(8)).toBe('600');
    },
  );

  it('is removed with its export', async () => {
    const { returnvalue } = await run({ outputPath: 'doomed.csv' });
    await request(stack.app)
      .delete(`/api/v1/exports/${(returnvalue as { exportId: string }).exportId}`)
      .expect(200);
    await expect(file('doomed.csv')).rejects.toThrow('ENOENT');
  });

  it('replaces nothing that already exists: file, link or folder', async () => {
    const outside = join(stack.dir, '..', `${stack.database.url.split('/').at(-1)}.txt`);
    await writeFile(outside, 'mine');
    await writeFile(join(stack.dir, 'taken.csv'), 'mine');
    await symlink(outside, join(stack.dir, 'link.csv'));
    await symlink('/nowhere', join(stack.dir, 'dangling.csv'));
    await mkdir(join(stack.dir, 'folder.csv'));
    for (const outputPath of ['taken.csv', 'link.csv', 'dangling.csv', 'folder.csv']) {
      const { failedReason } = await run({ outputPath });
      expect(failedReason).toBe(
        `EXPORT_DIR already has a file "${outputPath}": remove it, or choose another outputPath.`,
      );
    }
    expect(await file('taken.csv')).toBe('mine');
    expect(await readFile(outside, 'utf8')).toBe('mine');
  });

  it('must not look like the file of another export', async () => {
    await expect(run({ outputPath: '0190a5b0-7c3d-7000-8000-000000000001.csv' })).rejects.toThrow(
      'UUID with an extension',
    );
  });

  it.each([
    '../x',
    '/etc/x',
    'a/b',
    'a\\b',
    '.x',
    '..',
    'a\0b',
    'a\nb',
    'a\u202eb',
    'a\u200bb',
    'a\u2028b',
    '',
    'a'.repeat(201),
    '0190a5b0-7c3d-7000-8000-000000000002.csv',
  ])('%j is refused by the store itself', async (name) => {
    const store = createDiskStore(stack.dir);
    await expect(store.addName!('0190a5b0-7c3d-7000-8000-000000000001.csv', name)).rejects.toThrow('plain file name');
  });

  it.each(['../x.csv', 'x.csv', '0190a5b0-7c3d-7000-8000-000000000001/../x.csv'])(
    'the store opens and removes only names of exports, not %s',
    async (name) => {
      const store = createDiskStore(stack.dir);
      await expect(store.open(name, { start: 0, end: 1 })).rejects.toThrow('not the name of an export');
      await expect(store.remove(name)).rejects.toThrow('not the name of an export');
    },
  );

  it('a link in place of a file is not followed', async () => {
    const name = '0190a5b0-7c3d-7000-8000-000000000002.csv';
    await symlink('/etc/passwd', join(stack.dir, name));
    await expect(createDiskStore(stack.dir).open(name, { start: 0, end: 1 })).rejects.toThrow('ELOOP');
  });
});
