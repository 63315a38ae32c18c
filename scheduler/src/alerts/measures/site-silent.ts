/** Turns the events of a site into whether one of them is recent. */
import type { Measure } from './measure.js';

/** Bots come by when nobody else does. By the time of the event, which the primary key has; what clocks that are ahead sent does not hide a silence for long. */
const statement = `/* scheduler.isSilent */
select not exists (
  select 1 from events where site_id = $1 and timestamp > $2 and timestamp <= $3 and bot is null
) as silent`;

const clockDriftMs = 300_000;

export const measureSiteSilent: Measure<'site_silent'> = async ({ site_id, minutes }, { pool, now }) => {
  const since = new Date(now.getTime() - minutes * 60_000);
  const until = new Date(now.getTime() + clockDriftMs);
  const { rows } = await pool.query<{ silent: boolean }>(statement, [site_id, since, until]);
  const { silent } = rows[0]!;
  return {
    firing: silent,
    summary: `Site ${site_id} has ${silent ? 'no event' : 'events'} of the last ${minutes} min.`,
  };
};
