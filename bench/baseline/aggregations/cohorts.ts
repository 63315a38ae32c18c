/** Turns a site's signups and the activity after them into cohorts, as a straightforward program does. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { groupBy, periodEnd, periodStart, readEvents, upsert } from './plain-rows.js';

const monthOf = (date: Date) => periodStart(date, 'month');

export async function cohorts(pool: Pool, siteId: string): Promise<void> {
  const events = await readEvents(pool, siteId);
  const signupMonths = new Map<string, string>();
  const active = new Map<string, Set<string>>();
  for (const { event_type, user_id, timestamp } of events) {
    if (user_id === null) continue;
    const month = monthOf(timestamp);
    active.set(month, (active.get(month) ?? new Set()).add(user_id));
    if (event_type === 'signup' && !signupMonths.has(user_id)) signupMonths.set(user_id, month);
  }
  for (const [cohort, members] of groupBy([...signupMonths], ([, month]) => month)) {
    let month = cohort;
    for (let number = 0; month <= monthOf(new Date()); number += 1) {
      const retained = members.filter(([user]) => active.get(month)?.has(user)).length;
      const key = { site_id: siteId, cohort_month: cohort, month_number: number };
      await upsert(pool, 'user_cohorts', key, {
        cohort_size: members.length,
        users_retained: retained,
        retention_rate: (100 * retained) / members.length,
      });
      month = monthOf(periodEnd(month, 'month'));
    }
  }
}
