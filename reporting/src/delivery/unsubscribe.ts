/** Leaving the recipients of a template through the link in a mail. */
import type { Pool } from '@millrace/shared/postgres';

export interface Subscription {
  /** Of the template. */
  name: string;
  /** True for who left and was not made a recipient again. */
  hasLeft: boolean;
}

const find = `/* reporting.subscription */
select name, $2 = any(unsubscribed) and not exists (
    select 1 from jsonb_array_elements(recipients) recipient where lower((recipient ->> 'address') collate "C") = $2) as "hasLeft"
from report_templates where id = $1`;

/** Undefined when there is no such template any more; `recipient` as {@link addressKey} writes it. */
export async function findSubscription(
  pool: Pool,
  templateId: string,
  recipient: string,
): Promise<Subscription | undefined> {
  return (await pool.query<Subscription>(find, [templateId, recipient])).rows[0];
}

const leave = `/* reporting.leaveRecipients */
update report_templates set updated_at = $3,
  unsubscribed = array_append(array_remove(unsubscribed, $2), $2),
  recipients = (select coalesce(jsonb_agg(recipient order by place), '[]')
    from jsonb_array_elements(recipients) with ordinality as listed (recipient, place)
    where lower((recipient ->> 'address') collate "C") <> $2)
where id = $1`;

/** `recipient` as {@link addressKey} writes it; also keeps reports that were generated before from being sent there again. */
export async function leaveRecipients(pool: Pool, templateId: string, recipient: string, now: Date): Promise<void> {
  await pool.query(leave, [templateId, recipient, now]);
}
