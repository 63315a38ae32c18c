/** Daily salts for the ids of visitors who have none. The first process to need one creates it, see migration 0034. */
import { randomBytes } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';

const saltBytes = 32;

/** By days since 1970, in UTC. */
export type SaltsByDay = ReadonlyMap<number, Buffer>;

/** Uses the database's clock, which all processes share. Tomorrow's salt exists an hour before midnight, in case the database is unreachable then. */
const addSalts = `/* ingestion.addSalts */
insert into visitor_salts (day, salt)
select day, salt from unnest(array[now(), now() + interval '1 hour'], $1::bytea[]) as made(at, salt),
  lateral (select (at at time zone 'UTC')::date as day) as named
on conflict do nothing`;

const deleteSalts = `/* ingestion.deleteSalts */
delete from visitor_salts where day < (now() at time zone 'UTC')::date - 1`;

const readSalts = `/* ingestion.readSalts */
select (day - date '1970-01-01') as day, salt from visitor_salts`;

/** Returns the salts of today and yesterday, and deletes older ones. */
export async function keepSalts(pool: Pool): Promise<SaltsByDay> {
  await pool.query(addSalts, [[randomBytes(saltBytes), randomBytes(saltBytes)]]);
  await pool.query(deleteSalts);
  const { rows } = await pool.query<{ day: number; salt: Buffer }>(readSalts);
  return new Map(rows.map(({ day, salt }) => [day, salt]));
}
