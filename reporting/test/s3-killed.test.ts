/** Parts that a worker leaves in the bucket when it is killed during an upload are removed, whatever happens to its export. */
import { randomUUID } from 'node:crypto';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExportRow } from '../src/exports/export-row.js';
import { claimExport, giveUpExport } from '../src/exports/export-runs.js';
import { readExport } from '../src/exports/read-exports.js';
import { createS3Store } from '../src/exports/s3-store.js';
import { sweepExports } from '../src/exports/sweep-exports.js';
import { startExport, type WriteDependencies } from '../src/exports/write-export.js';
import { addJune, type ExportStack, startExportStack, storesOf } from './export-stack.js';
import { type S3Server, startS3Server } from './s3-server.js';

let s3: S3Server;
let stack: ExportStack;
let deps: WriteDependencies;

beforeAll(async () => {
  s3 = await startS3Server();
  const store = createS3Store(s3.settings);
  const stores = storesOf(store, store);
  const env = Object.fromEntries(Object.entries(s3.settings).map(([name, value]) => [name, String(value)]));
  stack = await startExportStack({ exports: { stores }, env });
  const { pool } = stack.database;
  deps = { pool, writePool: pool, stores, quotaBytes: 1e9, lifeMs: 3_600_000, logger: silent };
  await addJune(stack.database);
  await stack.addEvents('shop', 4_000, 5_000);
});
afterAll(async () => {
  await stack.endWorkers();
  await stack.stop();
  await s3.close();
});

const rowOf = async (id: string) => (await readExport(deps.writePool, id, null))!;

/** An export whose worker is gone, with one part of its file in the bucket. */
async function leaveParts(): Promise<ExportRow> {
  const { id } = await stack.ask();
  const run = randomUUID();
  expect(await claimExport(deps.writePool, await rowOf(id), { run, store: 's3', file: `${run}.csv` })).toBe(true);
  const key = `millrace/${run}.csv`;
  const upload = await s3.bucket.getMultipartUploadId(key);
  await s3.bucket.uploadPart(key, upload, Buffer.alloc(5 * 1024 * 1024), 1);
  expect(await s3.uploads()).toEqual([{ key, id: upload }]);
  return rowOf(id);
}

const leftovers = async () => (await deps.writePool.query('select store, file from export_leftovers')).rows;
const nothingIsLeft = async () => expect([await s3.uploads(), await leftovers()]).toEqual([[], []]);

it('are removed when the export is deleted', async () => {
  const { id } = await leaveParts();
  await request(stack.app).delete(`/api/v1/exports/${id}`).expect(200);
  await nothingIsLeft();
});

it('are removed by the next sweep when the export is given up', async () => {
  const row = await leaveParts();
  await giveUpExport(deps.writePool, row, 'no worker lived long enough');
  await sweepExports(deps);
  await nothingIsLeft();
});

it('are removed by the next sweep if the bucket was unreachable for the next attempt', async () => {
  const row = await leaveParts();
  s3.insteadOf = () => 503;
  const started = await startExport(deps, row, new AbortController());
  await expect(started!.written).rejects.toThrow('503');
  s3.insteadOf = () => undefined;
  expect(await s3.uploads()).toHaveLength(1);
  await sweepExports(deps);
  await nothingIsLeft();
});

it('are removed when another worker starts over', async () => {
  await stack.queue.queue.obliterate({ force: true });
  s3.insteadOf = (sent) => (sent.includes('partNumber=2') ? 0 : undefined);
  const worker = await stack.startWorker();
  const { id } = await stack.ask();
  await eventually(
    async () => s3.requests.some((sent) => sent.includes('partNumber=2')) || s3.requests.length,
    'the second part is sent',
  );
  await worker.end('SIGKILL');
  s3.insteadOf = () => undefined;
  expect(await s3.uploads()).toMatchObject([{ key: `millrace/${(await stack.rowOf(id)).file}` }]);
  await stack.startWorker();
  await stack.reached(id, 'completed');
  await nothingIsLeft();
});
