import { ServiceError } from '@millrace/shared/platform/errors';
import { parseExactJson, stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { addressKey } from '../../delivery/address.js';
import { resubscribeRecipients } from '../../delivery/unsubscribe.js';
import type { Template, TemplateFields } from './template.js';
import { deleteSchedule, type ScheduleState, writeSchedule } from './template-schedule.js';

/** Per site, and for templates of all sites. */
const maxTemplates = 200;

const columns = `t.id, t.site_id as "siteId", t.name, t.description, t.schedule, t.cron, t.timezone, t.period_type as period, t.dataset,
  t.params::text as params, t.format, t.include_metadata as "includeMetadata", t.recipients, t.webhook, t.secret,
  t.is_active as "isActive", t.built_in as "builtIn", t.created_at as "createdAt", t.updated_at as "updatedAt"`;

interface TemplateRow extends Omit<Template, 'params'> {
  params: string;
}

const toTemplate = <Read extends TemplateRow>({ params, ...rest }: Read) => ({
  ...rest,
  params: parseExactJson(params) as Template['params'],
});

export interface ListedTemplate extends Template {
  /** Null if the schedule was deleted in the scheduler. */
  state: ScheduleState | null;
  lastGenerated: Date | null;
}

/** A key limited to one site does not see templates of all sites. */
const visible = '($1::text is null or t.site_id = $1)';

const list = `/* reporting.listTemplates */
select ${columns}, case when s.id is not null then json_build_object('cron', s.cron, 'timezone', s.timezone, 'enabled', s.enabled) end as state,
  (select max(r.generated_at) from reports r where r.template_id = t.id and ($1::text is null or r.site_id = $1)) as "lastGenerated"
from report_templates t left join schedules s on s.id = 'report-' || t.id
where ${visible} and ($2::text is null or t.id = $2)`;

type ListedRow = TemplateRow & Pick<ListedTemplate, 'state' | 'lastGenerated'>;

export async function listTemplates(pool: Pool, only: string | null): Promise<ListedTemplate[]> {
  const { rows } = await pool.query<ListedRow>(`${list} order by t.created_at, t.id`, [only, null]);
  return rows.map(toTemplate);
}

/** @throws ServiceError `not_found`. */
export async function showTemplate(pool: Pool, id: string, only: string | null): Promise<ListedTemplate> {
  const { rows } = await pool.query<ListedRow>(list, [only, id]);
  if (rows.length === 0) throw unknownTemplate();
  return toTemplate(rows[0]!);
}

const unknownTemplate = () => new ServiceError('not_found', 'There is no report template with this id.');

const find = `/* reporting.findTemplate */
select ${columns} from report_templates t where ${visible} and t.id = $2`;

export async function findTemplate(client: Pick<Pool, 'query'>, id: string): Promise<Template | undefined> {
  const { rows } = await client.query<TemplateRow>(find, [null, id]);
  return rows[0] && toTemplate(rows[0]);
}

/** Locks the row until the end of the transaction, so concurrent changes are not lost. @throws ServiceError `not_found`. */
async function claimTemplate(client: PoolClient, id: string, only: string | null): Promise<Template> {
  const { rows } = await client.query<TemplateRow>(`${find} for update`, [only, id]);
  if (rows.length === 0) throw unknownTemplate();
  return toTemplate(rows[0]!);
}

const insert = `/* reporting.insertTemplate */
insert into report_templates (id, site_id, name, description, schedule, cron, timezone, period_type, dataset, params, format,
  include_metadata, recipients, webhook, secret, is_active)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`;

const update = `/* reporting.updateTemplate */
update report_templates set name = $3, description = $4, schedule = $5, cron = $6, timezone = $7, period_type = $8, dataset = $9,
  params = $10, format = $11, include_metadata = $12, recipients = $13, webhook = $14, secret = $15, is_active = $16,
  updated_at = clock_timestamp()
where id = $1 and site_id is not distinct from $2`;

const valuesOf = (template: NewTemplate) => [
  template.id,
  template.siteId,
  template.name,
  template.description,
  template.schedule,
  template.cron,
  template.timezone,
  template.period,
  template.dataset,
  stringifyExactJson(template.params),
  template.format,
  template.includeMetadata,
  JSON.stringify(template.recipients),
  template.webhook,
  template.secret,
  template.isActive,
];

export type NewTemplate = Omit<Template, 'builtIn' | 'createdAt' | 'updatedAt'>;

const count = `/* reporting.countTemplates */
select count(*)::int as templates from report_templates where site_id is not distinct from $1`;

/** @throws ServiceError `conflict` if there are too many. */
export function insertTemplate(pool: Pool, template: NewTemplate): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ templates: number }>(count, [template.siteId]);
    if (rows[0]!.templates >= maxTemplates) {
      throw new ServiceError(
        'conflict',
        `There are already ${maxTemplates} templates: delete one that is no longer needed.`,
      );
    }
    await client.query(insert, valuesOf(template));
    await writeSchedule(client, template as Template, template.isActive);
  });
}

const addressesOf = ({ recipients }: Template) => recipients.map(({ address }) => addressKey(address));

/** `change` returns the new fields. A stopped schedule stays stopped unless `isActive` changes. */
export function updateTemplate(
  pool: Pool,
  id: string,
  only: string | null,
  change: (before: Template) => TemplateFields & Pick<Template, 'secret'>,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const before = await claimTemplate(client, id, only);
    const after = { ...before, ...change(before) };
    await client.query(update, valuesOf(after));
    await resubscribeRecipients(client, id, addressesOf(after));
    await writeSchedule(client, after, after.isActive === before.isActive ? null : after.isActive);
  });
}

const remove = '/* reporting.deleteTemplate */ delete from report_templates where id = $1';

/** Keeps its reports. @throws ServiceError `not_found`. */
export function deleteTemplate(pool: Pool, id: string, only: string | null): Promise<void> {
  return inTransaction(pool, async (client) => {
    await claimTemplate(client, id, only);
    await client.query(remove, [id]);
    await deleteSchedule(client, id);
  });
}

const active = `/* reporting.activeTemplates */
select ${columns} from report_templates t where ${visible} and t.is_active order by t.id for update`;

/** Stops or restarts the schedules of all active templates, which stay active. Returns how many there are. */
export function runTemplates(pool: Pool, only: string | null, enabled: boolean): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<TemplateRow>(active, [only]);
    for (const row of rows) await writeSchedule(client, toTemplate(row), enabled);
    return rows.length;
  });
}
