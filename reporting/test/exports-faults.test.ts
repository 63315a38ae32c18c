/** What can interrupt an export: crashes, shutdowns, frozen workers, deletion, a full disk. The result is a whole file or none. */
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addMissingJobs } from '../src/exports/queue-exports.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

let stack: ExportStack;
/** Enough for a workbook to take several seconds. */
const many = 20_000;
/** Per event: large enough that the sockets between Postgres and the worker hold only a small part of them. */
const bytes = 1_500;

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  await stack.addEvents('shop', many, bytes);
  await stack.addEvents('small', 10);
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.queue.queue.obliterate({ force: true });
  await stack.database.pool.query('delete from exports');
});
afterEach(async () => {
  await stack.endWorkers();
  for (const name of await stack.files()) await rm(join(stack.dir, name));
});

const partOf = async () => (await stack.files()).filter((name) => name.endsWith('.part'));

/** Resolves once some rows of the export are on disk. */
async function isUnderWay(id: string): Promise<void> {
  await eventually(async () => {
    const { status, row_count } = await stack.rowOf(id);
    return status === 'processing' && Number(row_count) > 0 && (await partOf()).length > 0;
  }, `export ${id} is being written`);
}

async function longReads(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and query ~ 'reporting.events'
      and pid <> pg_backend_pid()`,
  );
  return rows[0]!.count;
}

/** Freezes the Postgres processes that read for exports. */
async function frozenReads(): Promise<{ end(): void }> {
  const { rows } = await stack.database.pool.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database() and query ~ 'reporting.events' and pid <> pg_backend_pid()`,
  );
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
  return {
    end() {
      for (const { pid } of rows) process.kill(pid, 'SIGCONT');
    },
  };
}

/** The folder contains only the file of the export, and it matches its checksum. */
async function expectWhole(id: string): Promise<void> {
  const { file, checksum, row_count } = await stack.rowOf(id);
  expect(await stack.files()).toEqual([file]);
  const bytes = await readFile(join(stack.dir, file as string));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(checksum);
  expect(Number(row_count)).toBe(many);
}

const june = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
const askWorkbook = () => stack.ask({ params: june, format: 'xlsx' });
const remove = (id: string) => request(stack.app).delete(`/api/v1/exports/${id}`).expect(200);

it('gets the requested name even if its worker died right after naming the file', async () => {
  const { id } = await stack.ask({ params: { ...june, site_id: 'small' } });
  const before = `${randomUUID()}.csv`;
  await writeFile(join(stack.dir, before), 'of the previous attempt');
  await link(join(stack.dir, before), join(stack.dir, 'named.csv'));
  await stack.database.pool.query(
    `update exports set status = 'processing', store = 'disk', file = $2, output_path = 'named.csv' where id = $1`,
    [id, before],
  );
  await stack.startWorker();
  const { checksum } = await stack.reached(id, 'completed');
  const named = await readFile(join(stack.dir, 'named.csv'));
  expect(`sha256:${createHash('sha256').update(named).digest('hex')}`).toBe(checksum);
});

describe('a running export', () => {
  it('reports its progress', async () => {
    const worker = await stack.startWorker();
    const { id } = await askWorkbook();
    await isUnderWay(id);
    const { body } = await request(stack.app).get(`/api/v1/exports/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'processing', checksum: null, percent: expect.any(Number) });
    expect(body.percent).toBeLessThan(100);
    await stack.reached(id, 'completed');
    await expectWhole(id);
    await remove(id);
    expect(await stack.files()).toEqual([]);
    await worker.end();
  });

  it('is written by another worker when its own is killed', async () => {
    const killed = await stack.startWorker();
    const { id } = await askWorkbook();
    await isUnderWay(id);
    await killed.end('SIGKILL');
    const [left] = await partOf();
    const worker = await stack.startWorker();
    await stack.reached(id, 'completed');
    expect(await stack.files()).not.toContain(left);
    await expectWhole(id);
    expect((await stack.rowOf(id)).attempts).toBe(2);
    await remove(id);
    await worker.end();
  });

  it('returns to the queue when its worker shuts down, which does not count as an attempt', async () => {
    const stopped = await stack.startWorker();
    const { id } = await askWorkbook();
    await isUnderWay(id);
    // So that it cannot finish within the grace period.
    const freeze = await frozenReads();
    expect(await stopped.end('SIGTERM')).toBe(0);
    freeze.end();
    expect(await stack.rowOf(id)).toMatchObject({ status: 'pending', attempts: 0, error: null });
    expect(await stack.files()).toEqual([]);
    const worker = await stack.startWorker();
    await stack.reached(id, 'completed');
    await expectWhole(id);
    await remove(id);
    await worker.end();
  });

  it('is written once when a frozen worker resumes', async () => {
    const frozen = await stack.startWorker();
    const { id } = await askWorkbook();
    await isUnderWay(id);
    const { run } = await stack.rowOf(id);
    frozen.child.kill('SIGSTOP');
    const worker = await stack.startWorker();
    await stack.reached(id, 'completed');
    frozen.child.kill('SIGCONT');
    await eventually(async () => (await partOf()).length === 0, 'the part of the frozen worker is gone');
    expect(await frozen.end()).toBe(0);
    const row = await stack.rowOf(id);
    expect(row.run).not.toBe(run);
    expect(row).toMatchObject({ status: 'completed', attempts: 2 });
    await expectWhole(id);
    await remove(id);
    await worker.end();
  });

  it('stops when it is deleted, leaving no file and no read', async () => {
    const worker = await stack.startWorker();
    const { id } = await askWorkbook();
    await isUnderWay(id);
    await remove(id);
    await eventually(async () => (await stack.files()).length === 0 && (await longReads()) === 0, 'nothing is left');
    const job = await stack.queue.queue.getJob(`export-${id}`);
    await eventually(async () => (await job!.getState()) === 'completed', 'the job has ended');
    expect((await stack.queue.queue.getJob(`export-${id}`))!.returnvalue).toEqual({
      skipped: 'the export was deleted, or another worker has taken it over',
    });
    await worker.end();
  });
});

describe('when space runs out', () => {
  it('an export that exceeds the quota of its site fails, and leaves nothing', async () => {
    const worker = await stack.startWorker({ EXPORT_QUOTA_MB: '1' });
    const { id } = await stack.ask({ params: june });
    expect(await stack.reached(id, 'failed')).toMatchObject({
      error: 'The exports of site "shop" have used up their quota of 1 MB: delete some, or wait until they expire.',
      checksum: null,
    });
    expect(await stack.files()).toEqual([]);
    expect((await stack.rowOf(id)).attempts).toBe(1);
    await worker.end();
  });

  const mount = (dir: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', dir]).status === 0;

  it('on the disk, an export fails with that reason and leaves nothing, and the next one that fits is written', async ({
    skip,
  }) => {
    if (!mount(stack.dir)) return skip('tmpfs may not be mounted here');
    try {
      const worker = await stack.startWorker();
      const { id } = await stack.ask({ params: june });
      const { error } = await stack.reached(id, 'failed');
      expect(error).toBe('The disk for exports is full. Free some space or choose a shorter range, then export again.');
      expect(await stack.files()).toEqual([]);
      const small = await stack.ask({ params: { ...june, site_id: 'small' } });
      await stack.reached(small.id, 'completed');
      await worker.end();
    } finally {
      spawnSync('umount', [stack.dir]);
    }
  });
});

describe('an export that cannot be written', () => {
  it('is given up if no worker survives it', async () => {
    const { id } = await stack.ask({ params: { ...june, site_id: 'small' } });
    await stack.database.pool.query('update exports set attempts = 10 where id = $1', [id]);
    const worker = await stack.startWorker();
    const { error } = await stack.reached(id, 'failed');
    expect(error).toBe('It was started 10 times, but every worker stopped before finishing it.');
    await worker.end();
  });

  it('is retried while its folder is not writable, and says why if that does not help', async () => {
    const worker = await stack.startWorker({ EXPORT_DIR: '/dev/null/exports' });
    const { id } = await stack.ask({ params: { ...june, site_id: 'small' } });
    expect(await stack.reached(id, 'failed')).toMatchObject({
      error: 'The export folder is not writable (ENOTDIR): correct EXPORT_DIR or its permissions.',
    });
    expect((await stack.rowOf(id)).attempts).toBe(3);
    await worker.end();
  });
});

describe('an export whose job is missing', () => {
  const age = (id: string, seconds: number, status = 'pending') =>
    stack.database.pool.query(
      `update exports set touched_at = now() - $2 * interval '1 second', status = $3 where id = $1`,
      [id, seconds, status],
    );
  const addMissing = () => addMissingJobs(stack.database.pool, stack.queue.queue);
  const jobOf = (id: string) => stack.queue.queue.getJob(`export-${id}`);

  it('gets another one after half a minute, once', async () => {
    const { id } = await stack.ask({ params: { ...june, site_id: 'small' } });
    await (await jobOf(id))!.remove();
    await age(id, 20);
    expect(await addMissing()).toBe(0);
    await age(id, 31);
    expect(await addMissing()).toBe(1);
    expect((await jobOf(id))?.data).toEqual({ exportId: id });
    await age(id, 31);
    expect(await addMissing()).toBe(0);
  });

  it('gets another one if it ended without writing the file', async () => {
    const { id } = await stack.ask({ params: { ...june, site_id: 'small' } });
    await (await jobOf(id))!.remove();
    await stack.queue.queue.add('export', { exportId: 'x' }, { jobId: `export-${id}` });
    const worker = await stack.startWorker();
    await eventually(async () => (await (await jobOf(id))!.getState()) === 'failed', 'the job has failed');
    await age(id, 100, 'processing');
    expect(await addMissing()).toBe(0);
    await age(id, 121, 'processing');
    expect(await addMissing()).toBe(1);
    await stack.reached(id, 'completed');
    await worker.end();
  });
});
