/** Reads the raw events of a site from Postgres, once for everything a roll computes. */
import { copyOut } from '@millrace/shared/platform/copy-out';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { readRows } from '@millrace/shared/platform/read-rows';
import { type IntervalRanges, startOf } from '@millrace/shared/segments/interval-ranges';
import { numberUsers } from '../rollups/visitor-numbers.js';
import { createGatherer, eventFields, type GatheredEvents } from './gather-events.js';

/** Starts and ends of ranges. */
export const boundsOf = (covers: IntervalRanges): { from: Date[]; to: Date[] } => ({
  from: covers.filter((_, at) => at % 2 === 0).map(startOf),
  to: covers.filter((_, at) => at % 2 === 1).map(startOf),
});

/** A single range is read in key order without sorting; Postgres has to sort several ranges. */
const selectEvents = (isOne: boolean, limit: number) => `/* processor.readEvents */
select ${eventFields.join(', ')}
from ${isOne ? 'events' : 'unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to") cross join events'}
where site_id = $1 and timestamp >= ${isOne ? '$2' : 'range."from"'} and timestamp < ${isOne ? '$3' : 'range."to"'}
order by timestamp, event_id limit ${limit}`;

/** Reads events and numbers their users; undefined if there are more than `limit` events. Requires the claim of the site. */
export async function readEvents(
  client: PoolClient,
  siteId: string,
  covers: IntervalRanges,
  limit: number,
): Promise<GatheredEvents | undefined> {
  const { from, to } = boundsOf(covers);
  const isOne = from.length === 1;
  const values = [siteId, ...(isOne ? [from[0], to[0]] : [from, to])];
  const gatherer = createGatherer(startOf(covers[0]!).getTime());
  let isTooMany = false;
  const select = selectEvents(isOne, limit + 1);
  await readRows(copyOut(client, select, values, 'binary'), eventFields.length, (row) => {
    if (gatherer.rows === limit) isTooMany = true;
    else gatherer.add(row);
  });
  if (isTooMany) return undefined;
  return gatherer.finish(await numberUsers(client, siteId, gatherer.users));
}
