import { currencyOf, decimalOf, percent } from '@millrace/shared/contract/money-sql';
import {
  type AggregationContext,
  inPeriods,
  periodColumns,
  periodTables,
  withCompleteRawEvents,
} from './aggregation.js';
import type { Period } from './periods.js';

const statement = `/* processor.tournaments */
with ${periodTables}, event as materialized (
  select timestamp, event_id, event_type = 'tournament_completed' as is_completed, properties->>'tournament_id' as tournament,
    properties->>'format' as format, ${decimalOf('players')} as players, ${decimalOf('duration_minutes')} as minutes,
    ${decimalOf('revenue')} as revenue, ${currencyOf} as currency
  from events
  where site_id = $1 and event_type in ('tournament_created', 'tournament_completed')
    and timestamp >= (select min(starts) from period) and timestamp < (select max(ends) from period)
), latest as (
  select distinct on (type, start, tournament, is_completed) type, start, tournament, is_completed, format, players, minutes,
    revenue, currency
  from ${inPeriods('event')} where tournament is not null
  order by type, start, tournament, is_completed, timestamp desc, event_id desc
), tournament as (
  select distinct on (type, start, tournament) type, start, tournament, format, players from latest
  order by type, start, tournament, is_completed desc
), popular as (
  select distinct on (type, start) type, start, format from tournament where format is not null
  group by type, start, format order by type, start, count(*) desc, format collate "C"
), players as (
  select type, start, coalesce(sum(players), 0) as total, round(avg(players), 4) as average from tournament group by type, start
), earned as (
  select type, start, jsonb_object_agg(currency, revenue) as revenue from (
    select type, start, currency, sum(revenue)::text as revenue from latest
    where is_completed and revenue is not null and currency is not null group by type, start, currency) as sums
  group by type, start
), counted as (
  select type, start, count(*) filter (where not is_completed) as created, count(*) filter (where is_completed) as completed,
    round(avg(minutes) filter (where is_completed), 4) as duration
  from latest group by type, start
), computed as (
  select type, start, created, completed, ${percent('completed', 'created')} as completion_rate, total, average, duration,
    popular.format, coalesce(earned.revenue, '{}') as revenue
  from counted join players using (type, start) left join popular using (type, start) left join earned using (type, start)
), gone as (
  delete from tournament_aggregates r using period p
  where r.site_id = $1 and r.period_type = p.type and r.period_start = p.start
    and not exists (select 1 from computed c where c.type = p.type and c.start = p.start)
)
insert into tournament_aggregates (site_id, period_type, period_start, created, completed, completion_rate, total_players,
  average_players, average_duration, most_popular_format, revenue, computed_at)
select $1, computed.*, now() from computed
on conflict (site_id, period_type, period_start) do update set
  created = excluded.created, completed = excluded.completed, completion_rate = excluded.completion_rate,
  total_players = excluded.total_players, average_players = excluded.average_players,
  average_duration = excluded.average_duration, most_popular_format = excluded.most_popular_format,
  revenue = excluded.revenue, computed_at = excluded.computed_at`;

/**
 * Replaces the rows of the periods; returns how many rows were written. A tournament counts once per period, by its latest event
 * of each kind. Completion rate = completed / created x 100, both of the period. Players and format cover all tournaments created
 * or completed in the period, taken from the completion if there is one. The most popular format is the one of most tournaments,
 * the first by name in a tie. Duration (minutes) and revenue (per currency) cover completed tournaments.
 */
export async function tournaments(site: AggregationContext, periods: Period[]): Promise<number> {
  const complete = withCompleteRawEvents(site, periods);
  if (complete.length === 0) return 0;
  const { rowCount } = await site.client.query(statement, [site.siteId, ...periodColumns(complete)]);
  return rowCount ?? 0;
}
