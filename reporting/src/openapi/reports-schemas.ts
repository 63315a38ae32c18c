import { periodTypes } from '@millrace/shared/contract/job-data';
import {
  count,
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  numberOrNull,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { formats } from '../exports/formats/formats.js';
import { resendSchema } from '../reports/parse-listing.js';
import { newTemplateSchema, templateChangeSchema } from '../reports/templates/parse-template.js';

const countOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const day: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const format: JsonSchema = { enum: Object.keys(formats) };
const period: JsonSchema = { enum: periodTypes };
const params: JsonSchema = { type: 'object', additionalProperties: true, description: 'Parameters of the dataset.' };
const recipient = record({ address: text, name: text }, 'name');

const recipients: JsonSchema = {
  type: 'array',
  maxItems: 100,
  items: { anyOf: [{ type: 'string', format: 'email' }, recipient] },
  description: 'Addresses, or objects with `address` and `name`. Empty: the report is generated but not sent.',
};
const days = { first_day: day, last_day: day };
const describedFields: Record<string, JsonSchema> = {
  site_id: {
    type: ['string', 'null'],
    description: 'Null or absent: one report for each site with events in the period.',
  },
  schedule: {
    type: 'string',
    description:
      '`daily`, `weekly` (on Mondays), `monthly` (on the 1st) or `quarterly`, each at 09:00, or a cron expression that fires at most once an hour.',
  },
  timezone: {
    type: ['string', 'null'],
    description:
      "Time zone of the schedule and of the reported days. Null: the schedule is in UTC, and days are in each site's own zone. Default for a template of one site: the zone of the site.",
  },
  period: {
    ...period,
    description:
      'Kind of period that a report covers: the whole one before the slot. Only with a cron expression. Default: the longest kind that leaves no gaps between reports.',
  },
  params,
  format: { type: 'string', description: `One of ${Object.keys(formats).join(', ')} (case-insensitive).` },
  recipients,
  webhook: {
    type: ['string', 'null'],
    format: 'uri',
    description: 'An https URL that receives a signed `POST` for each report.',
  },
};

const { site_id: _site, ...changeable } = describedFields;

const templateFields = {
  id: text,
  site_id: textOrNull,
  name: text,
  description: textOrNull,
  schedule: { ...text, description: 'A named schedule or a cron expression.' },
  timezone: textOrNull,
  period,
  dataset: text,
  params,
  format,
  includeMetadata: flag,
  recipients: listOf(recipient),
  webhook: { ...textOrNull, description: 'Only the host, for keys without the scope `admin`.' },
  isActive: flag,
  lastGenerated: instantOrNull,
  nextGeneration: { ...instantOrNull, description: 'Null if nothing is scheduled.' },
  createdAt: instant,
  updatedAt: instant,
  secret: { ...text, description: 'Key of the webhook signature. Returned only when the webhook is set.' },
};

const figure = record(
  {
    name: text,
    title: text,
    value: { ...text, description: 'An exact decimal.' },
    previous: { ...text, description: 'Value in the previous period.' },
    change: { ...numberOrNull, description: 'Change in percent. Null if the previous value is 0.' },
    unit: { ...text, description: 'The currency.' },
  },
  'unit',
);
const change = record({ name: text, title: text, before: textOrNull, now: textOrNull, unit: text }, 'unit');

const reportFields = {
  id: text,
  site_id: text,
  template_id: { ...textOrNull, description: 'Null: requested by a job.' },
  slot: { ...instantOrNull, description: 'When the schedule fired. Null: requested through the API or by a job.' },
  job_id: { ...textOrNull, description: 'The job that requested it. Null for all others.' },
  title: text,
  dataset: text,
  params,
  format,
  ...days,
  timezone: text,
  recipients: listOf(recipient),
  webhook: { ...flag, description: 'Whether it is posted to a webhook.' },
  status: { enum: ['pending', 'generating', 'generated', 'failed'] },
  error: {
    ...textOrNull,
    description:
      'Why it failed. While `pending`: why the previous attempt failed. Once `generated`: why the file could not be saved under the name that the job requested.',
  },
  revision: { type: 'integer', minimum: 1 },
  revised: { ...flag, description: 'Events of its period arrived or were erased after it was written.' },
  key_figures: { anyOf: [listOf(figure), { type: 'null' }] },
  changes: {
    anyOf: [listOf(change), { type: 'null' }],
    description: 'Changes from the previous revision. Null if there is none.',
  },
  bytes: countOrNull,
  rows: countOrNull,
  checksum: { ...textOrNull, description: '`sha256:` followed by the digest of the file.' },
  download: { ...textOrNull, description: 'Null until the file is written and after it has expired.' },
  created_at: instant,
  generated_at: instantOrNull,
};

const delivery = record({
  kind: { enum: ['email', 'webhook'] },
  recipient: { ...text, description: 'Empty if the report has no recipients.' },
  status: { enum: ['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'] },
  attempts: count,
  error: textOrNull,
  sent_at: instantOrNull,
  updated_at: instant,
});

const pending = { id: text, site_id: text, status: { const: 'pending' } };

export const reportsSchemas: Record<string, JsonSchema> = {
  NewReportTemplate: withProperties(jsonSchemaOf(newTemplateSchema), describedFields),
  ReportTemplateChange: withProperties(
    jsonSchemaOf(templateChangeSchema.fork('site_id', (field) => field.strip())),
    changeable,
  ),
  ReportTemplate: record(templateFields, 'secret'),
  ReportTemplates: record({ templates: listOf(ref('ReportTemplate')) }),
  DeletedReportTemplate: record({ id: text }),
  RunningTemplates: record({
    status: { enum: ['running', 'stopped'] },
    templates: { ...count, description: 'Number of active templates.' },
  }),
  GenerateReports: {
    type: 'object',
    description:
      'Either `date_range`, or `first_day` and `last_day`. The first day must have begun. If the last day is in the future, the report covers what is stored so far. If the template has no time zone, each report uses that of its site, the days in the response are in UTC, and sites where the first day has not begun get no report.',
    properties: {
      date_range: {
        description: 'As in `/api/v1/query`, limited to whole days.',
        anyOf: [text, listOf(day, { minItems: 2, maxItems: 2 })],
      },
      ...days,
      site_id: { ...text, description: 'For a template of all sites: generate only the report of this site.' },
    },
    additionalProperties: false,
    examples: [{ date_range: 'last_week' }, { first_day: '2026-10-01', last_day: '2026-10-31', site_id: 'demo' }],
  },
  PendingReports: record({ ...days, reports: listOf(record({ ...pending, ...days })) }),
  Report: record({ ...reportFields, deliveries: listOf(delivery) }),
  Reports: record({
    reports: listOf(record(reportFields)),
    total: count,
    pagination: record({ limit: count, offset: count }),
    next: { ...textOrNull, description: 'Pass as `after` to get the next page. Null on the last one.' },
  }),
  ReportStatistics: record({
    totalTemplates: count,
    activeTemplates: count,
    totalReports: { ...count, description: 'Includes revisions.' },
    successfulReports: count,
    failedReports: count,
  }),
  Resend: withProperties(jsonSchemaOf(resendSchema), { recipients: { ...recipients, minItems: 1 } }),
  ResentReport: record({
    id: text,
    status: { const: 'pending' },
    recipients: { ...count, description: 'Number of deliveries, including the webhook.' },
    skipped: { ...listOf(text), description: 'Addresses that have unsubscribed and get nothing.' },
  }),
  ReissuedReport: record({ ...pending, revision: { type: 'integer', minimum: 2 } }),
};
