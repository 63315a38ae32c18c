/** Collects the users of days as sets of visitor numbers: from rollup bitmaps where they are current, otherwise from raw events. */
import type { VisitorSet } from '@millrace/shared/bitmap/bitmap';
import { type AggregationContext, lateralJoin } from './aggregation.js';
import { partColumns, partTable, type SplitDays } from './split-days.js';

/** Which events a user must have sent. */
export type Activity = 'any' | 'signup';

const rolledType = { any: '', signup: 'signup' };
const typeCondition = { any: 'true', signup: `event_type = 'signup'` };

const dayBitmaps = `/* processor.dayBitmaps */
select day::text, visitors from rollup_days
where site_id = $1 and dimension = 'all' and event_type = $2 and day = any($3::date[])`;

const bitmapsOfPart = `
  select visitors from rollup_15m
  where site_id = $1 and dimension = 'all' and event_type = $2 and interval_start >= part.starts and interval_start < part.ends`;

const intervalBitmaps = `/* processor.intervalBitmaps */
select part.day, visitors from ${lateralJoin(partTable(3, 'day', 'text'), bitmapsOfPart)}`;

const usersOfPart = (activity: Activity) => `
    select distinct user_id from events where site_id = $1 and timestamp >= part.starts and timestamp < part.ends
      and user_id is not null and bot is null and ${typeCondition[activity]}`;

const rawUsers = (activity: Activity) => `/* processor.rawUsers */
with present as (
  select distinct part.day, user_id from ${lateralJoin(partTable(2, 'day', 'text'), usersOfPart(activity))}
)
select day, present.user_id as "user", visitor_no as number
from present left join visitors on visitors.site_id = $1 and visitors.user_id = present.user_id collate "C"`;

/** Above every number that a roll assigns. */
const firstTemporaryNumber = 2 ** 31;

/** Temporary numbers for users that no roll has numbered yet. They occur in no bitmap, so any stable number works. */
export function createTemporaryNumbers(): (user: string) => number {
  const numbers = new Map<string, number>();
  return (user) => {
    const number = numbers.get(user) ?? firstTemporaryNumber + numbers.size;
    numbers.set(user, number);
    return number;
  };
}

/** Adds the users of each day to the set that `setOf` returns for it. */
export async function addVisitors(
  { client, siteId }: AggregationContext,
  parts: SplitDays,
  activity: Activity,
  numberOf: (user: string) => number,
  setOf: (day: string) => VisitorSet,
): Promise<void> {
  const bitmaps: { day: string; visitors: Buffer }[] = [];
  const read = async (statement: string, ...values: unknown[]) =>
    bitmaps.push(...(await client.query(statement, [siteId, rolledType[activity], ...values])).rows);
  if (parts.days.length > 0) await read(dayBitmaps, parts.days);
  if (parts.intervals.length > 0) await read(intervalBitmaps, ...partColumns(parts.intervals));
  for (const { day, visitors } of bitmaps) setOf(day).addBitmap(visitors);
  if (parts.events.length === 0) return;
  const { rows } = await client.query<{ day: string; user: string; number: number | null }>(rawUsers(activity), [
    siteId,
    ...partColumns(parts.events),
  ]);
  const numbersByDay = new Map<string, number[]>();
  for (const { day, user, number } of rows) {
    const numbers = numbersByDay.get(day) ?? [];
    numbers.push(number ?? numberOf(user));
    numbersByDay.set(day, numbers);
  }
  for (const [day, numbers] of numbersByDay) setOf(day).addNumbers(Uint32Array.from(numbers));
}
