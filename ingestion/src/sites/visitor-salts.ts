/** The salts of days, by which visitors without an id are told apart: made by whichever process comes first, see migration 0034. */
import { randomBytes } from 'node:crypto';
import type { Pool } from '@millrace/shared/postgres';

export const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Days since 1970, UTC → salt. */
export type SaltsByDay = ReadonlyMap<number, Buffer>;

const isoDay = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10);

const addSalts = `/* ingestion.addSalts */
insert into visitor_salts (day, salt) select * from unnest($1::date[], $2::bytea[]) on conflict do nothing`;

const deleteSalts = '/* ingestion.deleteSalts */ delete from visitor_salts where day < $1';

const readSalts = `/* ingestion.readSalts */
select (day - date '1970-01-01') as day, salt from visitor_salts where day >= $1`;

/** Those of today and yesterday, and an hour before midnight that of tomorrow, so that a database may be away then. */
export async function keepSalts(pool: Pool, nowMs: number): Promise<SaltsByDay> {
  const [today, last] = [Math.floor(nowMs / dayMs), Math.floor((nowMs + hourMs) / dayMs)];
  const days = last > today ? [today, last] : [today];
  await pool.query(addSalts, [days.map(isoDay), days.map(() => randomBytes(32))]);
  await pool.query(deleteSalts, [isoDay(today - 1)]);
  const { rows } = await pool.query<{ day: number; salt: Buffer }>(readSalts, [isoDay(today - 1)]);
  return new Map(rows.map(({ day, salt }) => [day, salt]));
}
