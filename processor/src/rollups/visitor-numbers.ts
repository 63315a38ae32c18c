/** Makes visitors of the users of events: numbers, dense per site, given once and never again. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { ByteTexts } from '../segments/byte-texts.js';

const numberNew = (users: string) => `numbered as (
  insert into visitors (site_id, user_id, visitor_no)
  select $1, user_id, (select last_visitor_no from site_rollups where site_id = $1) + row_number() over (order by user_id)
  from ${users} where not exists (
    select 1 from visitors where visitors.site_id = $1 and visitors.user_id = users.user_id)
  returning user_id, visitor_no
), counted as (
  update site_rollups set last_visitor_no = last_visitor_no + (select count(*) from numbered) where site_id = $1
)`;

const numberRanges = `/* processor.numberVisitors */
with users as (
  select distinct user_id collate "C" as user_id
  from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
  join events on site_id = $1 and timestamp >= range."from" and timestamp < range."to"
  where user_id is not null
), ${numberNew('users')} select 1`;

/** Numbers the users of the events in `ranges` that have none. Only under the claim of their site. */
export async function numberVisitors(
  client: PoolClient,
  siteId: string,
  ranges: { from: Date[]; to: Date[] },
): Promise<void> {
  await client.query(numberRanges, [siteId, ranges.from, ranges.to]);
}

/** The numbers in the order of the users that are given. */
const numberGiven = `/* processor.numberUsers */
with users as materialized (
  select user_id collate "C" as user_id, place from unnest($2::text[]) with ordinality as given(user_id, place)
), ${numberNew('users')}
select coalesce(visitors.visitor_no, numbered.visitor_no) as number
from users left join visitors on visitors.site_id = $1 and visitors.user_id = users.user_id left join numbered on numbered.user_id = users.user_id
order by place`;

/** Users that one statement is given. */
const usersAtOnce = 20_000;

/** The number of each user by its place, given where there is none yet. Only under the claim of their site. */
export async function numberUsers(client: PoolClient, siteId: string, users: ByteTexts): Promise<Uint32Array> {
  const texts = users.toTexts();
  const numbers = new Uint32Array(texts.length + 1);
  for (let first = 0; first < texts.length; first += usersAtOnce) {
    const some = texts.slice(first, first + usersAtOnce);
    const { rows } = await client.query<[number]>({ text: numberGiven, values: [siteId, some], rowMode: 'array' });
    for (const [at, [number]] of rows.entries()) numbers[first + at + 1] = number;
  }
  return numbers;
}
