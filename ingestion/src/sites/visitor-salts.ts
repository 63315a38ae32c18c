/** The salts of days, by which visitors without an id are told apart: made by whichever process comes first, see migration 0034. */
import { randomBytes } from 'node:crypto';
import type { Pool } from '@millrace/shared/platform/postgres';

export const dayMs = 86_400_000;
const saltBytes = 32;

/** Days since 1970, UTC → salt. */
export type SaltsByDay = ReadonlyMap<number, Buffer>;

/** By the clock of the database, which all processes share. The salt of tomorrow is there an hour before midnight, so that the database may be unreachable then. */
const addSalts = `/* ingestion.addSalts */
insert into visitor_salts (day, salt)
select day, salt from unnest(array[now(), now() + interval '1 hour'], $1::bytea[]) as made(at, salt),
  lateral (select (at at time zone 'UTC')::date as day) as named
on conflict do nothing`;

const deleteSalts = `/* ingestion.deleteSalts */
delete from visitor_salts where day < (now() at time zone 'UTC')::date - 1`;

const readSalts = `/* ingestion.readSalts */
select (day - date '1970-01-01') as day, salt from visitor_salts`;

/** Those of today and yesterday; older ones are deleted. */
export async function keepSalts(pool: Pool): Promise<SaltsByDay> {
  await pool.query(addSalts, [[randomBytes(saltBytes), randomBytes(saltBytes)]]);
  await pool.query(deleteSalts);
  const { rows } = await pool.query<{ day: number; salt: Buffer }>(readSalts);
  return new Map(rows.map(({ day, salt }) => [day, salt]));
}
