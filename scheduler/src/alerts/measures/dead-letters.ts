/** Turns the events that were set aside lately into their number. */
import type { Measure } from './measure.js';

/** Counts no further than the limit, however many there are. */
const statement = `/* scheduler.countDeadLetters */
select count(*)::int as count from (
  select 1 from dead_letter_events
  where created_at >= $1 and replayed_at is null and ($2::text is null or site_id = $2) limit $3
) as recent`;

export const measureDeadLetters: Measure<'dead_letters'> = async ({ site_id, count, minutes }, { pool, now }) => {
  const since = new Date(now.getTime() - minutes * 60_000);
  const { rows } = await pool.query<{ count: number }>(statement, [since, site_id ?? null, count]);
  const found = rows[0]!.count;
  const of = site_id === undefined ? '' : ` of site ${site_id}`;
  const amount = found >= count ? `${count} or more` : String(found);
  return {
    firing: found >= count,
    summary: `Events${of} set aside as dead letters in the last ${minutes} min: ${amount}; the limit is ${count}.`,
  };
};
