/** A large export in the list while it is written: rows, bytes and percent grow until it is complete. */
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDiskStore } from '../src/exports/disk-store.js';
import { readExport } from '../src/exports/read-exports.js';
import { startExport } from '../src/exports/write-export.js';
import { addJune, type ExportStack, startExportStack, storesOf } from './export-stack.js';

const many = 20_000;
let stack: ExportStack;

beforeAll(async () => {
  stack = await startExportStack();
  await addJune(stack.database);
  // One every four seconds: 80,000 of the day's 86,400 seconds have rows.
  await stack.database.pool.query(
    `with site as (insert into sites (site_id) values ('shop') on conflict do nothing)
    insert into events (site_id, timestamp, event_id, event_type, path, properties)
    select 'shop', timestamptz '2026-06-01 00:00:00Z' + n * interval '4 seconds', gen_random_uuid(), 'view', '/',
      jsonb_build_object('pad', repeat('x', 200)) from generate_series(1, ${many}) as n`,
  );
});
afterAll(() => stack.stop());

interface Listed {
  status: string;
  rows: number;
  bytes: number;
  percent: number | null;
}

const listed = async (): Promise<Listed> =>
  (await request(stack.app).get('/api/v1/exports').query({ site_id: 'shop' }).expect(200)).body.exports[0];

it('shows more of each number every time, and everything at the end', async () => {
  const seen: Listed[] = [];
  const disk = createDiskStore(stack.dir);
  /** Now and then a chunk waits until the list shows everything before it and has been read. */
  async function* lookedAt(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    let lookAt = 1_000_000;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes >= lookAt) {
        await eventually(async () => (await listed()).bytes === bytes, `the list has ${bytes} bytes`);
        seen.push(await listed());
        lookAt += 2_000_000;
      }
      yield chunk;
    }
  }
  const store = {
    ...disk,
    write: (file: string, chunks: AsyncIterable<Uint8Array>) => disk.write(file, lookedAt(chunks)),
  };
  const { id } = await stack.ask();
  const { pool } = stack.database;
  const deps = { pool, writePool: pool, stores: storesOf(store), quotaBytes: 1e9, lifeMs: 3_600_000, logger: silent };
  const started = await startExport(deps, (await readExport(pool, id, 'shop'))!, new AbortController());
  await started!.written;

  const whole = await listed();
  expect(whole).toMatchObject({ status: 'completed', rows: many, percent: 100 });
  const looks = [{ status: 'processing', rows: 0, bytes: 0, percent: 0 }, ...seen, whole];
  expect(looks.length).toBeGreaterThan(3);
  for (const [index, { status, rows, bytes, percent }] of looks.slice(1).entries()) {
    const before = looks[index]!;
    expect(before.status).toBe('processing');
    expect(status).toBe(index < seen.length ? 'processing' : 'completed');
    expect(rows).toBeGreaterThan(before.rows);
    expect(bytes).toBeGreaterThan(before.bytes);
    expect(percent).toBeGreaterThan(before.percent!);
  }
});
