/** Numbers the users of a site as visitors. Numbers are dense and never reused. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ByteTexts } from '../segments/byte-texts.js';

const numberRanges = `/* processor.numberVisitors */
with users as (
  select distinct user_id collate "C" as user_id
  from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
  join events on site_id = $1 and timestamp >= range."from" and timestamp < range."to"
  where user_id is not null
), numbered as (
  insert into visitors (site_id, user_id, visitor_no)
  select $1, user_id, (select last_visitor_no from site_rollups where site_id = $1) + row_number() over (order by user_id)
  from users where not exists (
    select 1 from visitors where visitors.site_id = $1 and visitors.user_id = users.user_id)
  returning visitor_no
)
update site_rollups set last_visitor_no = last_visitor_no + (select count(*) from numbered) where site_id = $1`;

/** Prefix of anonymous visitors that change daily, see ingestion's `visitor-id.ts`. */
const dailyPrefix = '~';

const noteDaily = `/* processor.noteDailyVisitors */
update sites set daily_visitors = true where site_id = $1 and not daily_visitors and exists (
  select 1 from visitors where site_id = $1 and user_id >= '${dailyPrefix}' and user_id < '${dailyPrefix}~')`;

/** Numbers the unnumbered users of the events in `ranges`. Requires the claim of the site. */
export async function numberVisitors(
  client: PoolClient,
  siteId: string,
  ranges: { from: Date[]; to: Date[] },
): Promise<void> {
  await client.query(numberRanges, [siteId, ranges.from, ranges.to]);
  await client.query(noteDaily, [siteId]);
}

/** A lookup per user: a large site has many more visitors than some intervals have. */
const findNumbers = `/* processor.findVisitors */
select visitor_no from unnest($2::text[]) with ordinality as given(user_id, place)
left join lateral (
  select visitor_no from visitors where visitors.site_id = $1 and visitors.user_id = given.user_id collate "C" offset 0
) as found on true order by place`;

/** Assigns the next numbers to users in order; returns the last one. */
const addNumbers = `/* processor.addVisitors */
with counted as (
  update site_rollups set last_visitor_no = last_visitor_no + cardinality($2::text[]) where site_id = $1 returning last_visitor_no
), added as (
  insert into visitors (site_id, user_id, visitor_no)
  select $1, user_id, last_visitor_no - cardinality($2::text[]) + place
  from counted cross join unnest($2::text[]) with ordinality as given(user_id, place)
)
select last_visitor_no as last from counted`;

/** Users per statement. */
const usersAtOnce = 20_000;

/** Returns the number of each user, indexed from 1, assigning missing ones. Requires the claim of the site. */
export async function numberUsers(client: PoolClient, siteId: string, users: ByteTexts): Promise<Uint32Array> {
  const texts = users.toTexts();
  const numbers = new Uint32Array(texts.length + 1);
  for (let first = 0; first < texts.length; first += usersAtOnce) {
    const values = [siteId, texts.slice(first, first + usersAtOnce)];
    const { rows } = await client.query<[number | null]>({ text: findNumbers, values, rowMode: 'array' });
    for (const [at, [number]] of rows.entries()) numbers[first + at + 1] = number ?? 0;
  }
  const places = [...texts.keys()].filter((at) => numbers[at + 1] === 0);
  for (let first = 0; first < places.length; first += usersAtOnce) {
    const some = places.slice(first, first + usersAtOnce);
    const added = await client.query<{ last: number }>(addNumbers, [siteId, some.map((at) => texts[at]!)]);
    const firstNumber = added.rows[0]!.last - some.length + 1;
    for (const [order, at] of some.entries()) numbers[at + 1] = firstNumber + order;
  }
  if (places.some((at) => texts[at]!.startsWith(dailyPrefix))) await client.query(noteDaily, [siteId]);
  return numbers;
}
