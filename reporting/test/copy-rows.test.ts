/** COPY returns the same rows as any other statement, whatever the rows and the parameters contain. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyRows } from '../src/datasets/copy-rows.js';
import type { Row } from '../src/datasets/dataset.js';
import { onOwnConnection } from '../src/exports/on-own-connection.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const own = <T>(work: (client: PoolClient) => Promise<T>, signal = new AbortController().signal) =>
  onOwnConnection(database.pool, { statementTimeoutMs: 60_000, signal }, work);

async function allRows(text: string, values: unknown[] = []): Promise<Row[]> {
  const rows: Row[] = [];
  await own(async (client) => {
    for await (const batch of copyRows(client, text, values)) rows.push(...batch);
  });
  return rows;
}

const texts = [
  '',
  'plain',
  '\\N',
  '\\',
  '\\\\n',
  '\\.',
  'a\tb\nc\rd\be\ff\vg',
  'back\\slash at the end\\',
  "quote ' and \\' and ''",
  '$1 and $2',
  '"double", comma',
  'größer 日本 😀 \u2028\u2029 \u0001 \u007f \ufeff',
  '😀'.repeat(100_000),
];

it('returns texts exactly as Postgres has them, in parameters and in rows', async () => {
  for (const text of texts) {
    const sql = 'select $1::text, null::text, $2::text, ($1::text = any($3::text[]))::text';
    expect(await allRows(sql, [text, 'end', [text, 'other']])).toEqual([[text, null, 'end', 'true']]);
  }
});

it('returns every row in order, also of a single column', async () => {
  expect(await allRows(`select t from unnest($1::text[]) as t`, [texts])).toEqual(texts.map((text) => [text]));
  expect(await allRows('select t from unnest($1::text[]) as t', [[]])).toEqual([]);
  const many = await allRows(`select i::text, repeat('ü', (i % 300)::int) from generate_series(1, 20000) as i`);
  expect(many.map(([i]) => Number(i))).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
  expect(many.every(([i, text]) => text === 'ü'.repeat(Number(i) % 300))).toBe(true);
});

describe('a read that ends before its last row', () => {
  const endless = `/* reporting.endless */ select generate_series(1, 1000000000)::text`;
  const isRead = async () =>
    (
      await database.pool.query(
        `select from pg_stat_activity where query like 'copy (%reporting.endless%' and state = 'active'`,
      )
    ).rowCount! > 0;

  it('stops in Postgres when its reader stops', async () => {
    await own(async (client) => {
      for await (const batch of copyRows(client, endless, [])) {
        expect(batch.length).toBeGreaterThan(0);
        expect(await isRead()).toBe(true);
        break;
      }
    });
    await eventually(async () => !(await isRead()), 'Postgres has stopped reading');
  });

  it('rejects when it is cancelled, and sends nothing more', async () => {
    const leaving = new AbortController();
    const reading = own(async (client) => {
      for await (const _ of copyRows(client, endless, [])) leaving.abort();
    }, leaving.signal);
    await expect(reading).rejects.toThrow();
    await eventually(async () => !(await isRead()), 'Postgres has stopped reading');
    const late = own(async (client) => {
      for await (const _ of copyRows(client, endless, [])) expect.unreachable();
    }, leaving.signal);
    await expect(late).rejects.toMatchObject({ code: 'query_timeout' });
  });

  it('rejects when the statement fails in the middle', async () => {
    const failing = `select (1000000 / (200000 - generate_series(1, 300000)))::text`;
    await expect(allRows(failing)).rejects.toThrow('division by zero');
  });

  it('rejects when the connection is lost', async () => {
    const reading = own(async (client) => {
      for await (const _ of copyRows(client, endless, [])) {
        await database.pool.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy (%reporting.endless%'`,
        );
      }
    });
    await expect(reading).rejects.toThrow();
  });

  it('sends nothing once the signal has fired between two statements', async () => {
    const leaving = new AbortController();
    const reading = own(async (client) => {
      await client.query('select 1');
      leaving.abort();
      for await (const _ of copyRows(client, endless, [])) expect.unreachable();
    }, leaving.signal);
    await expect(reading).rejects.toMatchObject({ code: 'query_timeout' });
  });
});
