/** On a server where the migrating user may not create roles, Millrace works with that one user, as before there were roles. */
import { createLogger } from '@millrace/shared/platform/logger';
import { migrate } from '@millrace/shared/platform/migrate';
import { createPool } from '@millrace/shared/platform/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOwnPostgres, type OwnPostgres } from './own-postgres.js';

let server: OwnPostgres;
beforeAll(async () => {
  server = await makeOwnPostgres();
});
afterAll(() => server.remove());

const options = { max: 2, statementTimeoutMs: 60_000, applicationName: 'millrace-test' };
const silent = createLogger('test', 'silent');

it('migrates and says that there are no roles, and gives them their rights once an administrator has created them', async () => {
  const admin = createPool(server.url, silent, options);
  await admin.query(`create role plain login password 'plain'`);
  await admin.query('create database plain owner plain');
  const url = Object.assign(new URL(server.url), { username: 'plain', password: 'plain', pathname: '/plain' }).href;
  const pool = createPool(url, silent, options);
  const messages: string[] = [];
  const logger = Object.assign(Object.create(silent), { info: (_: object, text: string) => messages.push(text) });
  const run = () => migrate(pool, { kind: 'postgres', url, prefix: 'millrace' }, logger);

  await run();
  expect(messages.filter((text) => text !== 'migrated')).toEqual([
    'not creating a role for each service, which this user may not do',
  ]);
  await pool.query(`select create_events_partition('2031-01')`);
  for (const name of ['ingestion', 'processor', 'scheduler', 'reporting'])
    await admin.query(`create role millrace_${name}`);
  messages.length = 0;
  expect(await run()).toBe(0);
  expect(messages).toEqual([]);
  const { rows } = await pool.query(
    `select has_table_privilege('millrace_reporting', 'events_2031_01', 'select') as may`,
  );
  expect(rows).toEqual([{ may: true }]);
  await pool.end();
  await admin.end();
});
