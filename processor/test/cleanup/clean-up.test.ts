import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanupData } from '@millrace/shared/contract/job-data';
import { checkJobData, queues as contracts } from '@millrace/shared/contract/jobs';
import { createWorker, openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { WaitingChildrenError } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp } from '../../src/cleanup/clean-up.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const now = new Date('2026-11-10T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const sql = async (text: string, values: unknown[] = []) => (await database.pool.query(text, values)).rows;

interface Given {
  queues?: QueueHandle[];
  exportDir?: string;
  now?: Date;
}

const clean = (data: CleanupData, { queues = [], exportDir = '/nowhere', now: at = now }: Given = {}) =>
  cleanUp({ pool: database.pool, queues, exportDir, rawRetentionDays: 0, now: at, logger: silent }, data);

describe('old_logs', () => {
  beforeEach(() => sql('truncate audit_log, schedules, alert_rules cascade'));

  const addAudit = (days: number) =>
    sql(
      `insert into audit_log (at, key_id, key_name, action, target)
       values ($1, gen_random_uuid(), 'ops', 'test', $2)`,
      [daysAgo(days), String(days)],
    );

  it("removes rows of the audit log that are older than a year, or than the job's age", async () => {
    for (const days of [10, 364, 366, 900]) await addAudit(days);
    expect((await clean({ type: 'old_logs' })).removed).toMatchObject({ audit_log: 2 });
    expect((await clean({ type: 'old_logs', olderThan: 100 })).removed).toMatchObject({ audit_log: 1 });
    expect(await sql('select target from audit_log')).toEqual([{ target: '10' }]);
    expect((await clean({ type: 'old_logs', olderThan: 100 })).removed).toMatchObject({ audit_log: 0 });
  });

  it("keeps the ids of retries for 30 days, whatever the job's age, and deletes them in batches", async () => {
    await sql('truncate clocked_events');
    await sql(
      `insert into clocked_events (site_id, client_time, event_id, timestamp, arrived_at)
       select 'demo', $1::timestamptz, gen_random_uuid(), $1::timestamptz, case when n > 4500 then $1::timestamptz else $2::timestamptz end from generate_series(1, 4510) n`,
      [daysAgo(29), daysAgo(31)],
    );
    expect((await clean({ type: 'old_logs', olderThan: 90 })).removed).toMatchObject({ clocked_events: 0 });
    expect((await clean({ type: 'old_logs', olderThan: 1 })).removed).toMatchObject({ clocked_events: 4_500 });
    expect(await sql('select count(*)::int as n from clocked_events')).toEqual([{ n: 10 }]);
  });

  it('removes more rows than fit into one statement', async () => {
    await sql(
      `insert into audit_log (at, key_id, key_name, action, target)
       select $1, gen_random_uuid(), 'ops', 'test', '' from generate_series(1, 4500)`,
      [daysAgo(400)],
    );
    expect((await clean({ type: 'old_logs' })).removed).toMatchObject({ audit_log: 4_500 });
  });

  it('keeps the newest run of each schedule, and runs whose job is not added yet', async () => {
    await sql(`insert into schedules (id, name, queue, job, cron, timezone, catch_up)
      select id, id, 'cleanup', 'clean', '0 0 * * *', 'UTC', 'newest' from unnest(array['often', 'once']) as id`);
    const run = (schedule: string, days: number, added = true) =>
      sql(`insert into schedule_runs (schedule_id, slot, job_id, claimed_at, added_at) values ($1, $2, 'j', $2, $3)`, [
        schedule,
        daysAgo(days),
        added ? daysAgo(days) : null,
      ]);
    await run('once', 300);
    await run('often', 60, false);
    for (const days of [31, 40, 50]) await run('often', days);
    expect((await clean({ type: 'old_logs' })).removed).toMatchObject({ schedule_runs: 2 });
    const left = await sql('select schedule_id, slot from schedule_runs order by 1, 2');
    expect(left).toEqual([
      { schedule_id: 'often', slot: daysAgo(60) },
      { schedule_id: 'often', slot: daysAgo(31) },
      { schedule_id: 'once', slot: daysAgo(300) },
    ]);
  });

  it('removes alert messages, but none that is still to be delivered', async () => {
    await sql(`insert into alert_rules (id, name, kind, condition, email)
      values ('0190a5b0-7c3d-8000-a000-000000000001', 'r', 'site_silent', '{}', 'ops@example.com')`);
    await sql(
      `insert into alert_deliveries (id, rule_id, event, body, created_at, next_attempt_at)
       select gen_random_uuid(), '0190a5b0-7c3d-8000-a000-000000000001', 'firing', body, at, due
       from (values ('old', $1::timestamptz, null), ('waiting', $1, $1), ('young', $2, null)) as v(body, at, due)`,
      [daysAgo(31), daysAgo(29)],
    );
    expect((await clean({ type: 'old_logs' })).removed).toMatchObject({ alert_deliveries: 1 });
    expect(await sql('select body from alert_deliveries order by body')).toEqual([
      { body: 'waiting' },
      { body: 'young' },
    ]);
  });
});

describe.each(queueBackends)('old_logs of queues on %s', (backend) => {
  let queues: QueueHandle[];
  afterEach(async () => {
    for (const { queue } of queues) await queue.obliterate({ force: true });
    for (const handle of queues) await handle.close();
  });

  /** A failing and a succeeding job in each queue. */
  async function finishJobs(): Promise<void> {
    const location = testQueue(backend, database);
    queues = (['cleanup', 'event-ingest'] as const).map((name) => openQueue(name, location, silent));
    for (const { queue } of queues) {
      await queue.add('good', {}, { jobId: 'good' });
      await queue.add('bad', {}, { jobId: 'bad' });
      const worker = createWorker(
        queue.name,
        location,
        silent,
        async ({ name }) => {
          if (name === 'bad') throw new Error('no');
        },
        { concurrency: 1 },
      );
      await eventually(async () => (await queue.getJobCountByTypes('completed', 'failed')) === 2, 'both jobs ended');
      await worker.close();
    }
  }

  const left = async () => {
    const ids = [];
    for (const { queue } of queues) {
      for (const job of await queue.getJobs(['completed', 'failed', 'waiting'])) ids.push(`${queue.name} ${job.id}`);
    }
    return ids.sort();
  };

  it('are removed after the time of their queue or of the job, but failed event jobs contain events and are always kept', async () => {
    await finishJobs();
    expect((await clean({ type: 'old_logs' }, { queues, now: new Date() })).removed).toMatchObject({
      completed_jobs: 1,
      failed_jobs: 0,
    });
    expect(await left()).toEqual(['cleanup bad', 'cleanup good', 'event-ingest bad']);
    expect((await clean({ type: 'old_logs', olderThan: 0 }, { queues, now: new Date() })).removed).toMatchObject({
      completed_jobs: 1,
      failed_jobs: 1,
    });
    expect(await left()).toEqual(['event-ingest bad']);
  });

  it('are kept while a parent job waits for their results', async () => {
    const location = testQueue(backend, database);
    queues = (['analytics-aggregation', 'cleanup'] as const).map((name) => openQueue(name, location, silent));
    const [parents, children] = queues.map(({ queue }) => queue) as [QueueHandle['queue'], QueueHandle['queue']];
    const parent = await parents.add('roll', {}, { jobId: 'parent' });
    const parentKey = { id: 'parent', queue: parents.qualifiedName };
    const worker = createWorker(
      'analytics-aggregation',
      location,
      silent,
      async (job, token) => {
        await children.add('clean', {}, { jobId: 'done', parent: parentKey });
        await children.add('clean', {}, { jobId: 'open', delay: 3_600_000, parent: parentKey });
        await job.moveToWaitingChildren(token!);
        throw new WaitingChildrenError();
      },
      { concurrency: 1 },
    );
    await eventually(async () => (await parents.getWaitingChildrenCount()) === 1, 'the parent waits');
    await worker.close();
    const childWorker = createWorker('cleanup', location, silent, async () => 'a result', { concurrency: 1 });
    await eventually(async () => (await children.getCompletedCount()) === 1, 'one child is done');
    await childWorker.close();
    const result = await clean({ type: 'old_logs', olderThan: 0 }, { queues, now: new Date() });
    expect(result.removed).toMatchObject({ completed_jobs: 0 });
    expect(result.kept).toMatchObject([{ reason: 'a waiting parent job may need their results' }]);
    expect(Object.values(await parent.getChildrenValues())).toEqual(['a result']);
  });
});

describe('expired_tokens', () => {
  const key = async (name: string, fields: { revoked?: Date; expires?: Date }) => {
    const [{ id }] = await sql(
      `insert into api_keys (id, name, key_hash, hint, scopes, revoked_at, expires_at)
       values (gen_random_uuid(), $1::text, sha256(convert_to($1::text, 'UTF8')), 'mr_', '{read}', $2, $3) returning id`,
      [name, fields.revoked ?? null, fields.expires ?? null],
    );
    return id as string;
  };
  const names = async () => (await sql('select name from api_keys order by name')).map(({ name }) => name);

  it("removes expired sessions, immediately or after the job's age", async () => {
    const id = await key('good', {});
    for (const days of [-1, 1, 9]) {
      await sql(
        `insert into sessions (token_hash, key_id, expires_at) values (sha256(convert_to($1::text, 'UTF8')), $2, $3)`,
        [days, id, daysAgo(days)],
      );
    }
    expect((await clean({ type: 'expired_tokens', olderThan: 5 })).removed).toMatchObject({ sessions: 1 });
    expect((await clean({ type: 'expired_tokens' })).removed).toMatchObject({ sessions: 1, api_keys: 0 });
    expect(await sql('select expires_at from sessions')).toEqual([{ expires_at: daysAgo(-1) }]);
    await sql('truncate api_keys cascade');
  });

  it('removes keys that were revoked or expired a month ago, but none that the audit log refers to', async () => {
    await key('good', {});
    await key('lasts', { expires: daysAgo(-1) });
    await key('revoked-lately', { revoked: daysAgo(29) });
    await key('revoked', { revoked: daysAgo(31) });
    await key('ran-out', { expires: daysAgo(31) });
    const named = await key('named', { revoked: daysAgo(31) });
    await sql(`insert into audit_log (at, key_id, key_name, action, target) values ($1, $2, 'named', 'test', '')`, [
      daysAgo(40),
      named,
    ]);
    const result = await clean({ type: 'expired_tokens' });
    expect(result.removed).toMatchObject({ api_keys: 2 });
    expect(result.kept).toEqual([{ what: 'api_keys: 1', reason: 'the audit log refers to them' }]);
    expect(await names()).toEqual(['good', 'lasts', 'named', 'revoked-lately']);
    await clean({ type: 'expired_tokens', olderThan: 7 });
    expect(await names()).toEqual(['good', 'lasts', 'named']);
    await sql('truncate audit_log');
    await clean({ type: 'expired_tokens' });
    expect(await names()).toEqual(['good', 'lasts']);
  });
});

describe('temp_files', () => {
  let folder: string;
  let exportDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-exports-'));
    exportDir = join(folder, 'exports');
    await mkdir(exportDir);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const id = (number: number) => `0190a5b0-7c3d-7000-8000-00000000000${number}`;
  async function file(name: string, days: number): Promise<void> {
    await writeFile(join(exportDir, name), 'x');
    await utimes(join(exportDir, name), daysAgo(days), daysAgo(days));
  }

  const addExport = (number: number, status: string, expires: Date) =>
    database.pool.query(
      `insert into exports (site_id, id, dataset, params, format, filename, status, store, file, finished_at, expires_at)
      values ('shop', $1, 'events', '{}', 'csv', 'x.csv', $2, 'disk', $3, $4, $5)`,
      [id(number), status, `${id(number)}.csv`, daysAgo(9), expires],
    );
  const statusOf = async (number: number) =>
    (await database.pool.query('select status from exports where id = $1', [id(number)])).rows[0].status;

  it('keeps old files of exports that are still valid, and expires those that are too old', async () => {
    await addExport(7, 'completed', daysAgo(-1));
    await addExport(8, 'completed', daysAgo(1));
    await addExport(9, 'failed', daysAgo(-1));
    for (const number of [7, 8, 9]) await file(`${id(number)}.csv`, 9);
    const { removed } = await clean({ type: 'temp_files' }, { exportDir });
    expect(removed).toMatchObject({ exports: 1, export_files: 2 });
    expect(await readdir(exportDir)).toEqual([`${id(7)}.csv`]);
    expect([await statusOf(7), await statusOf(8)]).toEqual(['completed', 'expired']);
    const { rows } = await database.pool.query('select store, file from export_leftovers');
    expect(rows).toEqual([{ store: 'disk', file: `${id(8)}.csv` }]);
    await clean({ type: 'temp_files', olderThan: 3 }, { exportDir });
    expect([await statusOf(7), await readdir(exportDir)]).toEqual(['expired', []]);
  });

  it('looks up files with an index, however many exports there are', async () => {
    await sql(`insert into exports (site_id, id, dataset, params, format, filename, status, store, file)
      select 'many', gen_random_uuid(), 'events', '{}', 'csv', 'x.csv', 'completed', 'disk', n || '.csv' from generate_series(1, 20000) n`);
    await sql('analyze exports');
    await file(`${id(8)}.csv`, 1);
    const looks = async () =>
      (await sql(`select idx_scan::int as n from pg_stat_user_indexes where indexrelname = 'exports_file'`))[0].n;
    const before = await looks();
    await clean({ type: 'temp_files' }, { exportDir });
    await eventually(async () => (await looks()) > before, 'the index was used');
    await sql(`delete from exports where site_id = 'many'`);
  });

  it('removes old exports and partial files, and nothing that is not an export', async () => {
    await file(`${id(1)}.csv`, 8);
    await file(`${id(2)}.csv.gz`, 6);
    await file(`${id(3)}.csv.part`, 2);
    await file(`${id(4)}.csv.part`, 0.5);
    await file('notes.csv', 900);
    await file('.hidden', 900);
    await writeFile(join(folder, 'outside.csv'), 'x');
    await utimes(join(folder, 'outside.csv'), daysAgo(900), daysAgo(900));
    await symlink(join(folder, 'outside.csv'), join(exportDir, `${id(5)}.csv`));
    await mkdir(join(exportDir, `${id(6)}.csv`));
    await utimes(join(exportDir, `${id(6)}.csv`), daysAgo(900), daysAgo(900));
    const result = await clean({ type: 'temp_files' }, { exportDir });
    expect(result.removed).toEqual({ exports: 0, export_files: 1, partial_files: 1, event_months: 0 });
    const left = [`${id(2)}.csv.gz`, `${id(4)}.csv.part`, `${id(5)}.csv`, `${id(6)}.csv`];
    expect((await readdir(exportDir)).sort()).toEqual(['.hidden', ...left, 'notes.csv']);
    expect(await readdir(folder)).toContain('outside.csv');
    await clean({ type: 'temp_files', olderThan: 3 }, { exportDir });
    expect(await readdir(exportDir)).not.toContain(`${id(2)}.csv.gz`);
    expect(await readdir(exportDir)).toContain(`${id(4)}.csv.part`);
  });

  it('does nothing without a folder', async () => {
    const result = await clean({ type: 'temp_files' }, { exportDir: join(folder, 'never') });
    expect(result).toEqual({ removed: { exports: 0, export_files: 0, partial_files: 0, event_months: 0 }, kept: [] });
  });
});

it.each(['old_logs', 'expired_tokens', 'temp_files'] as const)(
  '%s reports progress, and a result that matches its contract',
  async (type) => {
    const { data } = checkJobData('cleanup', 'clean', { type }) as { data: Record<string, unknown> };
    const progress: number[] = [];
    const deps = { pool: database.pool, queues: [], exportDir: '/nowhere', rawRetentionDays: 400, now, logger: silent };
    const result = await cleanUp(deps, data as unknown as CleanupData, (percent) => progress.push(percent));
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(contracts.cleanup.jobs.clean.result.validate(result).error).toBeUndefined();
  },
);
