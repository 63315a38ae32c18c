/** Turns what arrived for a site in a period into shares of what was not as it should be. */
import { percent } from '@millrace/shared/contract/money-sql';
import type { MeasuredPeriod } from './measured-period.js';

const statement = `/* processor.measureQuality */
with stored as (
  select count(*) as events, count(*) filter (where created_at > timestamp + interval '15 minutes') as late,
    count(*) filter (where user_id is null) as anonymous
  from events where site_id = $1 and timestamp >= $2 and timestamp < $3
), again as (
  select coalesce(sum(duplicates), 0) as duplicates from event_duplicates
  where site_id = $1 and arrived_at >= $2 and arrived_at < $3
), dead as (
  select count(*) as letters from dead_letter_events where site_id = $1 and created_at >= $2 and created_at < $3
)
select events::int, duplicates::int, letters::int as dead_letters, late::int, anonymous::int as without_user,
  ${percent('duplicates', '(events + duplicates + letters)')}::float as duplicates_percent,
  ${percent('letters', '(events + duplicates + letters)')}::float as dead_letters_percent,
  ${percent('late', 'events')}::float as late_percent, ${percent('anonymous', 'events')}::float as without_user_percent
from stored, again, dead`;

/**
 * Duplicates and dead letters are shares of all that was delivered (stored, duplicate or dead), and belong to the period in which
 * they arrived; late (stored more than 15 minutes after their time) and without user are shares of the events of the period.
 */
export async function measureQuality({ client, siteId, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query(statement, [siteId, from, to]);
  return rows[0]!;
}
