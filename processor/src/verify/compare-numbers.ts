/** Finds visitor numbers that were assigned twice or never. */
import type { PoolClient } from '@millrace/shared/platform/postgres';

const statement = `/* processor.compareNumbers */
select visitor_no as number, count(*)::int as users from visitors where site_id = $1
group by visitor_no having count(*) > 1 or visitor_no not between 1 and $2 order by 1`;

/** Reports each problem as a line. */
export async function compareNumbers(
  client: PoolClient,
  siteId: string,
  lastVisitorNo: number,
  report: (line: string) => void,
): Promise<void> {
  const { rows } = await client.query<{ number: number; users: number }>(statement, [siteId, lastVisitorNo]);
  for (const { number, users } of rows) {
    const known = users === 1 ? '' : `used by ${users} users; `;
    report(`visitors number ${number}: ${known}the last assigned number is ${lastVisitorNo}`);
  }
}
