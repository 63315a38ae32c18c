/** What the routes of reports and their templates take and answer, as schemas of the document. */
import { periodTypes } from '@millrace/shared/contract/job-data';
import { formats } from '../exports/formats/formats.js';
import { resendSchema } from '../reports/parse-listing.js';
import { newTemplateSchema, templateChangeSchema } from '../reports/templates/parse-template.js';
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
} from './json-schema.js';

const countOrNull: JsonSchema = { type: ['integer', 'null'], minimum: 0 };
const day: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const format: JsonSchema = { enum: Object.keys(formats) };
const period: JsonSchema = { enum: periodTypes };
const params: JsonSchema = { type: 'object', additionalProperties: true, description: 'Of the dataset.' };
const recipient = record({ address: text, name: text }, 'name');

const recipients: JsonSchema = {
  type: 'array',
  maxItems: 100,
  items: { anyOf: [{ type: 'string', format: 'email' }, recipient] },
  description: 'Addresses, or objects with `address` and `name`. None: the report is written and kept.',
};
const days = { first_day: day, last_day: day };
const described: Record<string, JsonSchema> = {
  site_id: {
    type: ['string', 'null'],
    description: 'Null or absent: a report for each site that had events in the period.',
  },
  schedule: {
    type: 'string',
    description:
      '`daily`, `weekly` (Mondays), `monthly` (the 1st) or `quarterly`, each at 09:00; or a cron expression that fires once an hour at most.',
  },
  timezone: {
    type: ['string', 'null'],
    description:
      'Of the schedule and of the days that are counted. Null: the schedule shows UTC, and days are those of each site. A template of a site has that of the site when it is absent.',
  },
  period: {
    ...period,
    description:
      'Which whole period before the slot a report is about; for a cron only. When absent, the longest of which none is left out.',
  },
  params,
  format: { type: 'string', description: `One of ${Object.keys(formats).join(', ')}, in capitals or not.` },
  recipients,
  webhook: { type: ['string', 'null'], format: 'uri', description: 'An https address that is posted to, signed.' },
};

const { site_id: _site, ...changeable } = described;

const templateFields = {
  id: text,
  site_id: textOrNull,
  name: text,
  description: textOrNull,
  schedule: { ...text, description: 'A name, or a cron expression.' },
  timezone: textOrNull,
  period,
  dataset: text,
  params,
  format,
  includeMetadata: flag,
  recipients: listOf(recipient),
  webhook: { ...textOrNull, description: 'Its host only, for keys without the scope `admin`.' },
  isActive: flag,
  lastGenerated: instantOrNull,
  nextGeneration: { ...instantOrNull, description: 'Null while nothing is scheduled.' },
  createdAt: instant,
  updatedAt: instant,
  secret: { ...text, description: 'Signs what is posted to the webhook. Told once, when the webhook was given.' },
};

const figure = record(
  {
    name: text,
    title: text,
    value: { ...text, description: 'Exact digits.' },
    previous: { ...text, description: 'In the period before.' },
    change: { ...numberOrNull, description: 'In percent; null where there was nothing before.' },
    unit: { ...text, description: 'A currency.' },
  },
  'unit',
);
const change = record({ name: text, title: text, before: textOrNull, now: textOrNull, unit: text }, 'unit');

const reportFields = {
  id: text,
  site_id: text,
  template_id: { ...textOrNull, description: 'Null: asked for by a job.' },
  slot: { ...instantOrNull, description: 'When the schedule fired; null where it was asked for.' },
  job_id: { ...textOrNull, description: 'Of the job that asked for it; null for all others.' },
  title: text,
  dataset: text,
  params,
  format,
  ...days,
  timezone: text,
  recipients: listOf(recipient),
  webhook: { ...flag, description: 'Whether it is posted to one.' },
  status: { enum: ['pending', 'generating', 'generated', 'failed'] },
  error: {
    ...textOrNull,
    description:
      'Why it failed, why its last attempt did while it is `pending` again, or, once it is `generated`, why its file has not the name that a job wanted.',
  },
  revision: { type: 'integer', minimum: 1 },
  revised: { ...flag, description: 'Events of its period came, or were erased, after it was written.' },
  key_figures: { anyOf: [listOf(figure), { type: 'null' }] },
  changes: {
    anyOf: [listOf(change), { type: 'null' }],
    description: 'What it says otherwise than the last revision before it that was written; null where none was.',
  },
  bytes: countOrNull,
  rows: countOrNull,
  checksum: { ...textOrNull, description: '`sha256:` and the digest of the file.' },
  download: { ...textOrNull, description: 'Null before it is written, and when its file is kept no longer.' },
  created_at: instant,
  generated_at: instantOrNull,
};

const delivery = record({
  kind: { enum: ['email', 'webhook'] },
  recipient: { ...text, description: 'Empty where the report has no recipients.' },
  status: { enum: ['pending', 'sending', 'sent', 'failed', 'unknown', 'skipped'] },
  attempts: count,
  error: textOrNull,
  sent_at: instantOrNull,
  updated_at: instant,
});

const pending = { id: text, site_id: text, status: { const: 'pending' } };

export const reportsSchemas: Record<string, JsonSchema> = {
  NewReportTemplate: withProperties(jsonSchemaOf(newTemplateSchema), described),
  ReportTemplateChange: withProperties(
    jsonSchemaOf(templateChangeSchema.fork('site_id', (field) => field.strip())),
    changeable,
  ),
  ReportTemplate: record(templateFields, 'secret'),
  ReportTemplates: record({ templates: listOf(ref('ReportTemplate')) }),
  DeletedReportTemplate: record({ id: text }),
  RunningTemplates: record({
    status: { enum: ['running', 'stopped'] },
    templates: { ...count, description: 'Active ones.' },
  }),
  GenerateReports: {
    type: 'object',
    description:
      '`date_range`, or `first_day` and `last_day`. The first day must have begun; where the last one lies ahead, the report says what is stored until now. Where each site has its own zone, each report has days by that one, those of the answer are in UTC, and a site where the first day has not begun gets none.',
    properties: {
      date_range: {
        description: 'As in `/api/v1/query`, of whole days.',
        anyOf: [text, listOf(day, { minItems: 2, maxItems: 2 })],
      },
      ...days,
      site_id: { ...text, description: 'Of a template of all sites: this one only.' },
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
    next: { ...textOrNull, description: 'Of the next page, as `after`; null where there is none.' },
  }),
  ReportStatistics: record({
    totalTemplates: count,
    activeTemplates: count,
    totalReports: { ...count, description: 'Revisions count.' },
    successfulReports: count,
    failedReports: count,
  }),
  Resend: withProperties(jsonSchemaOf(resendSchema), { recipients: { ...recipients, minItems: 1 } }),
  ResentReport: record({
    id: text,
    status: { const: 'pending' },
    recipients: { ...count, description: 'How many will get it, the webhook included.' },
    skipped: { ...listOf(text), description: 'Addresses that get nothing: they left through the link in a mail.' },
  }),
  ReissuedReport: record({ ...pending, revision: { type: 'integer', minimum: 2 } }),
};
