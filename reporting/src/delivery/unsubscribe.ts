/** Leaving the recipients of a template through the link in a mail. */
import type { Pool } from '@millrace/shared/postgres';

/** Undefined when there is no such template any more. */
export async function templateName(pool: Pool, templateId: string): Promise<string | undefined> {
  const statement = `/* reporting.unsubscribedTemplate */
select name from report_templates where id = $1`;
  const { rows } = await pool.query<{ name: string }>(statement, [templateId]);
  return rows[0]?.name;
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
