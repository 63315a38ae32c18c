/** Files of reports over time: kept for a number of days, and nothing is left behind by crashes and erasures. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '@millrace/shared/queue/queue';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLinks } from '../../src/exports/export-links.js';
import type { ExportStore } from '../../src/exports/export-store.js';
import { createReportConsumer, type ReportsDeps } from '../../src/reports/consume-reports.js';
import { cleanFiles, keepFile } from '../../src/reports/report-files.js';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into sites (site_id) values ('shop')`);
  api = await openReportsApi(database);
});
afterEach(async () => {
  await api.close();
  await database.drop();
});

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}

/** A report whose file was written that many hours ago. */
async function addReport(hours: number, outputName: string | null = null): Promise<{ id: string; file: string }> {
  const text = chunks('a,b\r\n', '1,2\r\n');
  const kept = await keepFile(database.pool, api.stores.current, 'csv', text, outputName);
  const { rows } = await database.pool.query<{ id: string }>(
    `with new as (select gen_random_uuid() as id)
    insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone, status, store, file, bytes, checksum, generated_at, output_name)
    select 'shop', id, id, 'Mine', 'events', 'csv', '2026-06-01', '2026-06-01', 'UTC', 'generated', $1, $2, $3, $4, now(), $5 from new returning id`,
    [kept.store, kept.file, kept.bytes, kept.checksum, outputName],
  );
  await age(kept.file, hours);
  return { id: rows[0]!.id, file: kept.file };
}
const age = (file: string, hours: number) =>
  database.pool.query(`update report_files set created_at = now() - $2 * interval '1 hour' where file = $1`, [
    file,
    hours,
  ]);
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const errors: unknown[] = [];
const clean = (before: Date) => cleanFiles(database.pool, api.stores, before, (error) => errors.push(error));

it('are removed when they expire; the report remains and says so', async () => {
  const [old, young] = [await addReport(3 * 24), await addReport(24)];
  expect(await clean(daysAgo(2))).toBe(1);
  expect(await readdir(api.folder)).toEqual([young.file]);
  const { body } = await api.call('get', `/reports/${old.id}/download`).expect(410);
  expect(body.error.message).toContain('has been deleted');
  expect((await api.call('get', `/reports/${old.id}`).expect(200)).body).toMatchObject({
    status: 'generated',
    download: null,
  });
  expect((await api.call('get', `/reports/${young.id}/download`).expect(200)).text).toBe('a,b\r\n1,2\r\n');
  expect(await clean(daysAgo(2))).toBe(0);
});

it('are removed with the reports of an erased site, as are unfinished ones; what is being written stays', async () => {
  const { file } = await addReport(2);
  await database.pool.query(`delete from reports where site_id = 'shop'`);
  const unfinished = await keepFile(database.pool, api.stores.current, 'csv', chunks('x'));
  await age(unfinished.file, 2);
  const writing = await keepFile(database.pool, api.stores.current, 'csv', chunks('x'));
  expect((await readdir(api.folder)).sort()).toEqual([file, unfinished.file, writing.file].sort());
  await clean(daysAgo(400));
  expect(await readdir(api.folder)).toEqual([writing.file]);
});

/** Runs the job that writes a report once more. */
async function writeAgain(
  id: string,
  { stores = api.stores, attemptsMade = 0, pool = database.pool } = {},
): Promise<unknown> {
  const deps = { pool, stores, logger: silent } as unknown as ReportsDeps;
  const data = { site_id: 'shop', reportId: id };
  const opts = { attempts: 3 };
  const job = { name: 'site-report', data, opts, attemptsMade, getIgnoredChildrenFailures: async () => ({}) };
  return createReportConsumer(deps)(job as unknown as Job, 'token');
}

it('get the requested name even if their worker died before naming them, and lose it when they are removed', async () => {
  const { id, file } = await addReport(2, 'weekly.csv');
  expect(await writeAgain(id)).toEqual({ skipped: 'it was already written' });
  expect(await readdir(api.folder)).toEqual([file, 'weekly.csv']);
  await writeAgain(id);
  await database.pool.query(`delete from reports where site_id = 'shop'`);
  await clean(daysAgo(400));
  expect(await readdir(api.folder)).toEqual([]);
});

it('explain why they do not have the requested name until they have it; that does not prevent their removal', async () => {
  const name = '0190a5b0-7c3d-7000-8000-000000000001.csv';
  const [taken, impossible] = [await addReport(2, 'weekly.csv'), await addReport(2, name)];
  const shown = async ({ id }: { id: string }) => (await api.call('get', `/reports/${id}`).expect(200)).body;
  await writeFile(join(api.folder, 'weekly.csv'), 'mine');
  await expect(writeAgain(taken.id)).rejects.toThrow('EXPORT_DIR already has a file "weekly.csv"');
  await expect(writeAgain(impossible.id)).rejects.toThrow('plain file name');
  expect(await shown(taken)).toMatchObject({
    status: 'generated',
    error: expect.stringContaining(
      'The file could not be saved as "weekly.csv": EXPORT_DIR already has a file "weekly.csv"',
    ),
  });
  expect(await shown(impossible)).toMatchObject({ status: 'generated', error: expect.stringContaining(name) });
  await rm(join(api.folder, 'weekly.csv'));
  await writeAgain(taken.id);
  expect(await shown(taken)).toMatchObject({ status: 'generated', error: null });
  await database.pool.query(`delete from reports where site_id = 'shop'`);
  errors.length = 0;
  expect(await clean(daysAgo(400))).toBe(2);
  expect({ errors, files: await readdir(api.folder) }).toEqual({ errors: [], files: [] });
});

it('can be reissued if no worker was left to report that writing failed', async () => {
  const { id } = await addReport(0);
  await database.pool.query(
    `update reports set status = 'pending', error = 'It is tried again by itself.', file = null, store = null`,
  );
  const deps = { pool: database.pool, stores: api.stores, logger: silent } as unknown as ReportsDeps;
  const job = { name: 'deliver', data: { site_id: 'shop', reportId: id } };
  await createReportConsumer(deps)(job as Job, 'token');
  expect((await api.call('get', `/reports/${id}`).expect(200)).body).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('The worker stopped before it could say why'),
  });
  await api.call('post', `/reports/${id}/reissue`).expect(202);
});

/** A report that is not written yet. */
async function orderReport(): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone)
    select 'shop', id, id, 'Mine', 'activity-trends', 'csv', '2026-06-01', '2026-06-01', 'UTC' from gen_random_uuid() as id returning id`,
  );
  return rows[0]!.id;
}

it.each(['ENOSPC', 'EDQUOT'])(
  'are retried while the disk is full (%s); a report that failed in the end can be reissued',
  async (code) => {
    const id = await orderReport();
    const write = () => Promise.reject(Object.assign(new Error('no space left on device'), { code }));
    const full = { ...api.stores, current: { ...api.stores.current, write } };
    const noSpace = 'The disk for files is full. Free some space';
    const shown = async () => (await api.call('get', `/reports/${id}`).expect(200)).body;
    for (const attemptsMade of [0, 1]) {
      await expect(writeAgain(id, { stores: full, attemptsMade })).rejects.toMatchObject({ code });
      expect(await shown()).toMatchObject({
        status: 'pending',
        error: `${noSpace}; the report will be retried.`,
      });
      const { body } = await api.call('get', `/reports/${id}/download`).expect(409);
      expect(body.error.message).toContain(`not ready yet: ${noSpace}; the report will be retried.`);
      await api.call('post', `/reports/${id}/reissue`).expect(409);
    }
    await expect(writeAgain(id, { stores: full, attemptsMade: 2 })).rejects.toThrow();
    expect(await shown()).toMatchObject({ status: 'failed', error: `${noSpace}, then issue the report again.` });
    const again = (await api.call('post', `/reports/${id}/reissue`).expect(202)).body.id;
    expect(await writeAgain(again)).toMatchObject({ reportId: again });
  },
);

it('are discarded if a user was erased while they were written: the report is written again', async () => {
  const id = await orderReport();
  const current: ExportStore = {
    ...api.stores.current,
    async write(file, text) {
      await api.stores.current.write(file, text);
      await database.pool.query(`update reports set status = 'pending'`);
    },
  };
  const first = writeAgain(id, { stores: { ...api.stores, current } });
  await expect(first).rejects.toThrow('A user of the site was erased');
  expect((await api.call('get', `/reports/${id}`).expect(200)).body.error).toContain('A user of the site was erased');
  expect(await readdir(api.folder)).toEqual([]);
  expect(await writeAgain(id)).toMatchObject({ reportId: id });
  expect(await readdir(api.folder)).toHaveLength(1);
});

/** Stores whose disk finishes writing only when released. */
function slowStores() {
  const held: (() => void)[] = [];
  const current: ExportStore = {
    ...api.stores.current,
    async write(file, text) {
      await api.stores.current.write(file, text);
      await new Promise<void>((resolve) => held.push(resolve));
    },
  };
  return { stores: { ...api.stores, current }, held };
}

it('are discarded by a worker whose job was taken over, since they may contain a user erased in the meantime', async () => {
  const id = await orderReport();
  const { stores, held } = slowStores();
  const begin = async (count: number) => {
    const written = writeAgain(id, { stores });
    await eventually(async () => held.length === count, `${count} have written`);
    return { written };
  };
  const first = await begin(1);
  await database.pool.query(`update reports set status = 'pending'`);
  const second = await begin(2);
  held[0]!();
  expect(await first.written).toEqual({ skipped: 'the report was given up, or another worker has taken it over' });
  expect((await api.call('get', `/reports/${id}`).expect(200)).body.status).toBe('generating');
  held[1]!();
  expect(await second.written).toMatchObject({ reportId: id });
  const { rows } = await database.pool.query<{ file: string }>('select file from reports');
  expect(await readdir(api.folder)).toEqual(rows.map(({ file }) => file));
});

it('are neither given up nor released by a worker whose job was taken over', async () => {
  const id = await orderReport();
  const broken = () =>
    database.pool.query(`update reports set run = gen_random_uuid()`).then(() => Promise.reject(new Error('broken')));
  const stores = { ...api.stores, current: { ...api.stores.current, write: broken } };
  for (const attemptsMade of [0, 2]) {
    await expect(writeAgain(id, { stores, attemptsMade })).rejects.toThrow('broken');
    const { body } = await api.call('get', `/reports/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'generating', error: null });
  }
});

it('are given up when ten workers in a row died writing them; other failures do not count', async () => {
  const id = await orderReport();
  const shown = async () => (await api.call('get', `/reports/${id}`).expect(200)).body;
  const write = () => Promise.reject(new Error('broken'));
  const broken = { ...api.stores, current: { ...api.stores.current, write } };
  for (let tried = 0; tried < 11; tried += 1) {
    await expect(writeAgain(id, { stores: broken })).rejects.toThrow('broken');
  }
  const { stores, held } = slowStores();
  const dead: Promise<unknown>[] = [];
  while (dead.length < 10) {
    dead.push(writeAgain(id, { stores }));
    await eventually(async () => held.length === dead.length, `worker ${dead.length} has written`);
  }
  const reason =
    'It was started 10 times, but every worker stopped before finishing it; see the log of the worker. Issue the report again once that is fixed.';
  for (const run of ['given up', 'still given up']) {
    await expect(writeAgain(id), run).rejects.toMatchObject({ name: 'UnrecoverableError', message: reason });
    expect(await shown()).toMatchObject({ status: 'failed', error: reason });
  }
  for (const resolve of held) resolve();
  expect(await Promise.all(dead)).toEqual(
    dead.map(() => ({ skipped: 'the report was given up, or another worker has taken it over' })),
  );
  expect(await readdir(api.folder)).toEqual([]);
  expect(await shown()).toMatchObject({ status: 'failed', error: reason });
  const again = (await api.call('post', `/reports/${id}/reissue`).expect(202)).body.id;
  expect(await writeAgain(again)).toMatchObject({ reportId: again });
});

it('are written whole even if the disk takes longer than a transaction may be idle', async () => {
  const id = await orderReport();
  const name = `slow-${id}`;
  const limit = { application_name: name, idle_in_transaction_session_timeout: 200 };
  const pool = new pg.Pool({ connectionString: database.url, ...limit });
  const idle = `select now() - state_change > interval '600 milliseconds' as "isOver" from pg_stat_activity
    where application_name = $1 and state = 'idle in transaction'`;
  // Even after the server has ended it.
  const isOver = async () => (await database.pool.query(idle, [name])).rows[0]?.isOver ?? true;
  const current: ExportStore = {
    ...api.stores.current,
    async write(file, text) {
      await eventually(isOver, 'the transaction has been idle for too long');
      await api.stores.current.write(file, text);
    },
  };
  expect(await writeAgain(id, { stores: { ...api.stores, current }, pool })).toMatchObject({ reportId: id });
  await pool.end();
  // Otherwise the database could be dropped before its connections are closed.
  const open = 'select 1 from pg_stat_activity where application_name = $1';
  await eventually(async () => (await database.pool.query(open, [name])).rowCount === 0, 'its connections are closed');
});

it('leave the requested name to the first revision', async () => {
  const { id } = await addReport(0, 'weekly.csv');
  const { body } = await api.call('post', `/reports/${id}/reissue`).expect(202);
  const { rows } = await database.pool.query('select output_name from reports where id = $1', [body.id]);
  expect(rows).toEqual([{ output_name: null }]);
});

it('leave nothing behind if writing fails, and the next attempt can have another name', async () => {
  async function* failing() {
    yield Buffer.from('half');
    throw new Error('broken');
  }
  await expect(keepFile(database.pool, api.stores.current, 'csv', failing())).rejects.toThrow('broken');
  expect(await readdir(api.folder)).toEqual([]);
});

it('are sent to anyone with a signed link to that report until it expires, and to no one else', async () => {
  const links = createLinks(database.pool, 'a secret of this test, long enough');
  const guarded = await openReportsApi(database, { withKeys: true, stores: api.stores, links });
  const [one, other] = [await addReport(0), await addReport(0)];
  const soon = Math.floor(Date.now() / 1_000) + 600;
  const pathOf = ({ id }: { id: string }) => `/api/v1/reports/${id}/download`;
  const get = (address: string) => guarded.call('get', address.replace('/api/v1', ''));
  const link = await links.sign(pathOf(one), soon);
  expect((await get(link).expect(200)).text).toBe('a,b\r\n1,2\r\n');
  await get(link.replace(one.id, other.id)).expect(403);
  await get(link.replace(`expires=${soon}`, `expires=${soon + 1}`)).expect(403);
  await get(await links.sign(pathOf(one), soon - 1_200)).expect(403);
  await get(
    await links.sign(`/api/v1/exports/${one.id}/download`, soon).then((text) => text.replace('exports', 'reports')),
  ).expect(403);
  await get(pathOf(one)).expect(401);
  await guarded.close();
});

it('can be requested in parts', async () => {
  const { id } = await addReport(0);
  const part = await api.call('get', `/reports/${id}/download`).set('range', 'bytes=5-7').expect(206);
  expect(part.text).toBe('1,2');
  await api.call('get', `/reports/${id}/download`).set('range', 'bytes=50-').expect(416);
});

it('are removed even if one of them cannot be, and if others are in a store that is no longer configured', async () => {
  const [stuck, { file }] = [await addReport(3), await addReport(2)];
  await rm(join(api.folder, stuck.file));
  await mkdir(join(api.folder, stuck.file));
  await database.pool.query(`delete from reports where site_id = 'shop'`);
  await database.pool.query(
    `insert into report_files (store, file, created_at) select 's3', n || '.csv', '2020-01-01' from generate_series(1, 500) as n`,
  );
  errors.length = 0;
  expect(await clean(daysAgo(400))).toBe(1);
  expect(errors).toHaveLength(1);
  expect(await readdir(api.folder)).not.toContain(file);
});
