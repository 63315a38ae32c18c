/** Turns raw events into groups per bucket, dimension, event type and value: the statement of which rollups are made. */
import { allTypes, rollupDimensions } from '@millrace/shared/rollups';

/** One group of events: its size, and the numbers of its visitors as they come, four bytes each. */
export interface Group {
  bucket: string;
  dimension: string;
  event_type: string;
  value: string;
  events: number;
  numbers: Buffer | null;
}

/** What rows are grouped by besides dimension, type and value: 15 minutes, or each range as the day that it is. */
const buckets = {
  interval: {
    expression: `date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z')`,
    ranges: `unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")`,
  },
  day: {
    expression: 'range.day',
    ranges: `unnest($2::timestamptz[], $3::timestamptz[], $4::text[]) as range("from", "to", day)`,
  },
};

/**
 * Parameters: site, starts and ends of ranges, and for days their names. Each dimension is one grouping set, so that the events
 * are read once; a value that is null belongs to another set. The order is that of the indexes, which makes writing faster.
 */
export function groupEventsStatement(bucket: keyof typeof buckets, dimensions: readonly string[]): string {
  const split = rollupDimensions.filter(({ name }) => name !== 'all' && dimensions.includes(name));
  const columns = split.map(({ name, value }) => `${value('$1')} as "${name}"`);
  const names = split.map(({ name }) => `"${name}"`);
  const sets = names.map((name) => `(bucket, event_type, ${name})`);
  if (dimensions.includes('all')) sets.push('(bucket, event_type)', '(bucket)');
  const nameOfSet = split.map(({ name }) => `when grouping("${name}") = 0 then '${name}'`).join(' ');
  return `/* processor.groupEvents */
with grouped as (
  select ${[`${buckets[bucket].expression} as bucket`, 'event_type', 'visitor_no', ...columns].join(', ')}
  from ${buckets[bucket].ranges}
  join events on events.site_id = $1 and timestamp >= range."from" and timestamp < range."to"
  left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id collate "C"
)
select bucket::text as bucket, ${split.length > 0 ? `case ${nameOfSet} else 'all' end` : `'all'`} as dimension,
  coalesce(event_type, '${allTypes}') as event_type, coalesce(${[...names, `''`].join(', ')}) as value,
  count(*)::int as events, string_agg(int4send(visitor_no), '') as numbers
from grouped group by grouping sets (${sets.join(', ')})
order by dimension, bucket, event_type, hashtextextended(coalesce(${[...names, `''`].join(', ')}), 0)`;
}
