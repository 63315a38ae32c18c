/** Unsubscribing through the link in an email. Also works for deleted templates, whose reports can still be resent. */
import type { Pool } from '@millrace/shared/platform/postgres';

export interface Subscription {
  /** Name of the template, or of its newest report if it was deleted. */
  name: string;
  /** False if the template was deleted or the address removed: only resends of old reports can reach it. */
  isRecipient: boolean;
  /** True if the address unsubscribed and was not added again. */
  hasUnsubscribed: boolean;
}

const find = `/* reporting.findSubscription */
select coalesce(template.name, report.title) as name, exists (
    select 1 from jsonb_array_elements(template.recipients) recipient
    where lower((recipient ->> 'address') collate "C") = $2) as "isRecipient",
  exists (select 1 from report_unsubscribes where template_id = $1 and address = $2) as "hasUnsubscribed"
from (select 1) as one left join report_templates template on template.id = $1
left join lateral (
  select title from reports where template_id = $1 order by created_at desc limit 1) report on template.id is null
where coalesce(template.name, report.title) is not null`;

/** Undefined if neither the template nor any report of it exists. `recipient` must be an {@link addressKey}. */
export async function findSubscription(
  pool: Pool,
  templateId: string,
  recipient: string,
): Promise<Subscription | undefined> {
  return (await pool.query<Subscription>(find, [templateId, recipient])).rows[0];
}

/** If the template was deleted, the row belongs to the site of its reports, provided there is only one. */
const unsubscribe = `/* reporting.unsubscribeRecipient */
with template as (
  update report_templates set updated_at = $3,
    recipients = (select coalesce(jsonb_agg(recipient order by place), '[]')
      from jsonb_array_elements(recipients) with ordinality as listed (recipient, place)
      where lower((recipient ->> 'address') collate "C") <> $2)
  where id = $1 returning site_id)
insert into report_unsubscribes (template_id, address, left_at, site_id)
select $1, $2, $3, case when exists (select 1 from template) then (select site_id from template)
  else (select case when min(site_id) = max(site_id) then min(site_id) end from reports where template_id = $1) end
on conflict do nothing`;

/** Removes the recipient, also from resends of earlier reports. `recipient` must be an {@link addressKey}. */
export async function unsubscribeRecipient(
  pool: Pool,
  templateId: string,
  recipient: string,
  now: Date,
): Promise<void> {
  await pool.query(unsubscribe, [templateId, recipient, now]);
}

const resubscribe = `/* reporting.resubscribeRecipients */
delete from report_unsubscribes where template_id = $1 and address = any($2)`;

/** Lets recipients that unsubscribed before get emails again. `recipients` must be {@link addressKey}s. */
export async function resubscribeRecipients(
  client: Pick<Pool, 'query'>,
  templateId: string,
  recipients: string[],
): Promise<void> {
  await client.query(resubscribe, [templateId, recipients]);
}

const unsubscribed = `/* reporting.readUnsubscribed */
select address from report_unsubscribes where template_id = (select template_id from reports where site_id = $1 and id = $2)`;

/** Addresses, in lower case, that have unsubscribed from the template of a report. */
export async function readUnsubscribed(pool: Pick<Pool, 'query'>, siteId: string, reportId: string): Promise<string[]> {
  const { rows } = await pool.query<{ address: string }>(unsubscribed, [siteId, reportId]);
  return rows.map(({ address }) => address);
}
