/** Expired exports, and files whose export no longer exists. */
import { randomUUID } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silent } from '@millrace/shared/testing/database';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDiskStore } from '../src/exports/disk-store.js';
import { sweepExports } from '../src/exports/sweep-exports.js';
import { addJune, type ExportStack, startExportStack, storesOf } from './export-stack.js';

let stack: ExportStack;

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  await stack.addEvents('shop', 5);
  await stack.startWorker({ EXPORT_TTL_HOURS: '1' });
});
afterAll(() => stack.stop());

const sweep = () =>
  sweepExports({ writePool: stack.database.pool, stores: storesOf(createDiskStore(stack.dir)), logger: silent });
const isThere = (file: unknown) =>
  access(join(stack.dir, file as string)).then(
    () => true,
    () => false,
  );

it('removes the file of an expired export, and keeps its row', async () => {
  const [old, young] = [await stack.ask(), await stack.ask()];
  for (const { id } of [old, young]) await stack.reached(id, 'completed');
  const before = await stack.rowOf(old.id);
  expect((before.expires_at as Date).getTime() - (before.finished_at as Date).getTime()).toBe(3_600_000);
  await stack.database.pool.query(`update exports set expires_at = now() - interval '1 second' where id = $1`, [
    old.id,
  ]);
  await sweep();
  expect([await isThere(before.file), (await stack.rowOf(old.id)).status]).toEqual([false, 'expired']);
  const kept = await stack.rowOf(young.id);
  expect([await isThere(kept.file), kept.status]).toEqual([true, 'completed']);
  await request(stack.app).get(`/api/v1/exports/${old.id}/download`).expect(410);
  await sweep();
});

it('removes the files left by exports of an erased site', async () => {
  const { id } = await stack.ask();
  await stack.reached(id, 'completed');
  const { file, store } = await stack.rowOf(id);
  await stack.database.pool.query('delete from exports where id = $1', [id]);
  await stack.database.pool.query('insert into export_leftovers (store, file) values ($1, $2)', [store, file]);
  await sweep();
  expect(await isThere(file)).toBe(false);
  expect((await stack.database.pool.query('select * from export_leftovers')).rows).toEqual([]);
});

it('keeps for later what is in a store that is no longer configured', async () => {
  await stack.database.pool.query(`insert into export_leftovers (store, file) values ('s3', 'x.csv')`);
  await sweep();
  expect((await stack.database.pool.query('select file from export_leftovers')).rows).toEqual([{ file: 'x.csv' }]);
});

it('removes the rest if one file cannot be removed, even if many are in such a store', async () => {
  await stack.database.pool.query(
    `insert into export_leftovers (store, file) select 's3', n || '.csv' from generate_series(1, 200) as n`,
  );
  const [stuck, other] = [`${randomUUID()}.csv`, `${randomUUID()}.csv`];
  await mkdir(join(stack.dir, stuck));
  await writeFile(join(stack.dir, other), 'x');
  await stack.database.pool.query(`insert into export_leftovers (store, file) values ('disk', $1), ('disk', $2)`, [
    stuck,
    other,
  ]);
  await sweep();
  expect([await isThere(stuck), await isThere(other)]).toEqual([true, false]);
});
