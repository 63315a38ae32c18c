import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyOut } from '../src/platform/copy-out.js';
import { createTestDatabase, type TestDatabase } from '../testing/database.js';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  client = new pg.Client({ connectionString: database.url, query_timeout: 400 });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function read(text: string, values: unknown[]): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of copyOut(client, text, values, 'text')) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

it('inserts every kind of parameter, whatever it contains', async () => {
  const values = [`it's "quoted" \\ $2`, null, 12, new Date('2026-11-08T10:00:00Z'), ['a', `b'`, null], []];
  const text = `select $1::text, $2::text is null, $3::int, $4::timestamptz at time zone 'UTC', $5::text[], $6::text[]`;
  expect(await read(text, values)).toBe(`it's "quoted" \\\\ $2\tt\t12\t2026-11-08 10:00:00\t{a,b',NULL}\t{}\n`);
});

it("throws Postgres's errors, and leaves the connection usable", async () => {
  await expect(read('select 1 / $1::int', [0])).rejects.toThrow('division by zero');
  expect(await read('select $1::int', [1])).toBe('1\n');
});

it('closes the connection if the timeout expires between rows', async () => {
  const limited = new pg.Client({ connectionString: database.url, query_timeout: 300 });
  await limited.connect();
  const closed = new Promise<void>((resolve) => limited.once('end', () => resolve()));
  limited.on('error', () => {});
  const rows = copyOut(
    limited,
    'select repeat($1::text, 1000), pg_sleep(0.02) from generate_series(1, 100)',
    ['x'],
    'text',
  );
  const reading = async () => {
    for await (const chunk of rows) expect((chunk as Buffer).length).toBeGreaterThan(0);
  };
  await expect(reading()).rejects.toThrow('Query read timeout');
  await closed;
});

it("clears the pool's timeout when it ends", async () => {
  await read('select $1::int', [1]);
  const later: pg.QueryConfig & { query_timeout: number } = { text: 'select pg_sleep(0.6)', query_timeout: 60_000 };
  await client.query(later);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
