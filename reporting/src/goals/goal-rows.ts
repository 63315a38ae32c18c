import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { quoted } from '../query-request/refuse.js';
import { recordLimits, tooManyRecords, unknownRecord, withSiteLocked } from '../sites/site-records.js';
import type { Goal, NewGoal } from './goal.js';

const columns = 'id, name, event_type, path, value_property, created_at';

const list = `/* reporting.listGoals */
select ${columns} from goals where site_id = $1 order by created_at, id`;

/** In order of creation. */
export const listGoals = async (pool: Pool, siteId: string): Promise<Goal[]> =>
  (await pool.query<Goal>(list, [siteId])).rows;

const insert = `/* reporting.insertGoal */
insert into goals (site_id, id, name, event_type, path, value_property)
select $1, $2, $3, $4, $5, $6 where (select count(*) from goals where site_id = $1) < $7
returning ${columns}`;

/** 23505: unique_violation. */
const isTaken = (error: unknown): boolean => (error as { code?: unknown }).code === '23505';

/** @throws ServiceError `conflict` if the name is taken or the site has too many goals. */
export async function insertGoal(writePool: Pool, siteId: string, goal: NewGoal): Promise<Goal> {
  const { name, event_type, path, value_property } = goal;
  const values = [siteId, randomUUID(), name, event_type, path, value_property, recordLimits.goals];
  try {
    const { rows } = await withSiteLocked(writePool, siteId, (client) => client.query<Goal>(insert, values));
    if (rows.length === 0) throw tooManyRecords('goals', recordLimits.goals);
    return rows[0]!;
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new ServiceError(
      'conflict',
      `This site already has a goal named ${quoted(name)}. Choose another name, or delete that goal first.`,
    );
  }
}

const remove = '/* reporting.deleteGoal */ delete from goals where site_id = $1 and id = $2';

/** @throws ServiceError `not_found`. */
export async function deleteGoal(writePool: Pool, siteId: string, id: string): Promise<void> {
  const { rowCount } = await writePool.query(remove, [siteId, id]);
  if (rowCount === 0) throw unknownRecord('a goal');
}
