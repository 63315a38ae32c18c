/** Counts events per interval in Postgres, for intervals with too many events for a segment. */
import { encodeBitmap, numbersOf } from '@millrace/shared/bitmap/bitmap';
import { allTypes, intervalStartSql } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { RollupRow } from './write-rollups.js';

/** `numbers`: unsorted visitor numbers, four bytes each. */
interface Group {
  bucket: Date;
  event_type: string;
  events: number;
  numbers: Buffer | null;
}

/** Bots are not counted; an interval with only bots has a row with 0 events. */
const ofPeople = 'filter (where bot is null)';

const statement = `/* processor.groupEvents */
select ${intervalStartSql} as bucket,
  coalesce(event_type, '${allTypes}') as event_type, (count(*) ${ofPeople})::int as events,
  string_agg(int4send(visitor_no), '') ${ofPeople} as numbers
from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
join events on events.site_id = $1 and timestamp >= range."from" and timestamp < range."to"
left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id collate "C"
group by grouping sets ((1, event_type), (1)) having count(*) ${ofPeople} > 0 or grouping(event_type) = 1`;

/** The rollup rows of ranges of intervals, given by their starts and ends. */
export async function groupEvents(
  client: PoolClient,
  siteId: string,
  ranges: { from: Date[]; to: Date[] },
): Promise<RollupRow[]> {
  const { rows } = await client.query<Group>(statement, [siteId, ranges.from, ranges.to]);
  return rows.map(({ bucket, numbers, ...group }) => {
    const { bitmap, size } = encodeBitmap(numbersOf(numbers ?? Buffer.alloc(0)));
    return { ...group, bucket: bucket.toISOString(), visitor_count: size, visitors: bitmap };
  });
}
