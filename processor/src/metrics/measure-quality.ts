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
 * Duplicates and dead letters are percentages of everything delivered (stored, duplicate or dead-lettered) and count in the period
 * in which they arrived. Late events (stored more than 15 minutes after their timestamp) and events without user are percentages
 * of the events of the period.
 */
export async function measureQuality({ client, siteId, from, to }: MeasuredPeriod): Promise<object> {
  const { rows } = await client.query(statement, [siteId, from, to]);
  return rows[0]!;
}
