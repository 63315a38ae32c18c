/** SQL for the raw events that a query counts, and for the dimensions they are grouped by. */
import type { SqlParameters } from '../reading/sql-parameters.js';
import { hourSql, instant } from './covered-tables.js';
import { filterSql } from './filter-sql.js';
import { rawColumn } from './raw-columns.js';
import { effectiveFilter, type ResolvedQuery, type TimeBuckets } from './resolved-query.js';
import { eventsWithVisits, needsVisits } from './visits-sql.js';

export interface MatchingEvents {
  /** An expression for each dimension; for time, the number of the bucket, starting at 1. */
  keys: string[];
  /** The part of the statement after `from`. */
  from: string;
}

/** Number of the bucket, starting at 1. */
function bucketSql({ bounds, places, offsets }: TimeBuckets, parameters: SqlParameters): string {
  const list = parameters.add(
    bounds.map((bound) => instant(bound.getTime())),
    'timestamptz[]',
  );
  const stretch = `width_bucket(timestamp, ${list})`;
  if (offsets) {
    const seconds = `(${parameters.add(offsets, 'double precision[]')})[${stretch}]`;
    return `${hourSql('timestamp', seconds)} + 1`;
  }
  if (!places) return stretch;
  const numbers = places.map((place) => place + 1);
  return `(${parameters.add(numbers, 'integer[]')})[${stretch}]`;
}

/** Texts are grouped by their bytes (collation "C"), which is also the fastest comparison. */
export function matchingEvents(query: ResolvedQuery, parameters: SqlParameters): MatchingEvents {
  const { range, dimensions, buckets } = query;
  const filter = effectiveFilter(query);
  const keys = dimensions.map((dimension) => {
    if (dimension.startsWith('time:')) return bucketSql(buckets!, parameters);
    return `${rawColumn(dimension as Parameters<typeof rawColumn>[0], parameters).sql} collate "C"`;
  });
  const site = parameters.site();
  const from = parameters.add(instant(range.from.getTime()), 'timestamptz');
  const to = parameters.add(instant(range.to.getTime()), 'timestamptz');
  const source = needsVisits(query) ? eventsWithVisits(range, parameters) : 'events';
  return {
    keys,
    from: `${source}
  where site_id = ${site} and timestamp >= ${from} and timestamp < ${to}
    ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}`,
  };
}
