/** What jobs of exports and reports carry, as a type and its Joi schema. */
import Joi from 'joi';
import { chosenFileNameSchema, maxFileNameBytes } from './file-name.js';
import { uuidPattern } from './ids.js';
import {
  date,
  inOrder,
  instant,
  maxSiteIdLength,
  object,
  orderMessages,
  type PeriodType,
  periodTypes,
  profileIds,
  type SiteData,
  siteId,
} from './job-data.js';

export const exportedTypes = ['ENGAGEMENT', 'TRANSACTIONS', 'COSTS'] as const;
export const reportTypes = ['PROFILE_PERFORMANCE', 'REVENUE_SUMMARY', 'COST_ANALYSIS', 'ENGAGEMENT_METRICS'] as const;
export const jobFormats = ['CSV', 'JSON', 'PDF'] as const;
export type JobFormat = (typeof jobFormats)[number];

/** Datasets whose rows are single events, each of one person: files of them do not outlive the erasure of a user. */
export const datasetsOfSingleEvents = ['events', 'transactions', 'costs', 'recent-activity', 'comprehensive'] as const;

/** Days of the site's time zone, both included. */
export interface Days {
  startDate: string;
  endDate: string;
}

/** `outputPath` is the name of a file in EXPORT_DIR. */
export interface ExportDataData extends Days {
  site_id: string;
  dataType: (typeof exportedTypes)[number];
  format: JobFormat;
  filters?: Record<string, unknown>;
  outputPath?: string;
}

/** A row of table exports, whose file is to be written. */
export interface ExportJobData extends SiteData {
  exportId: string;
}

export interface GeneratedReport extends SiteData {
  reportType: (typeof reportTypes)[number];
  format: JobFormat;
  profileIds?: string[];
  recipientEmail?: string;
  /** The name of a file in EXPORT_DIR; with `-` and the id of its site before the ending where `site_id` is absent. */
  outputPath?: string;
  /** Of a period; schedules give it in any case. When the job was added where it is absent. */
  at?: string;
}

/** The period before the one that `at` lies in, in the site's own time zone. */
export interface PreviousPeriod {
  period: 'previous';
  periodType: PeriodType;
}

type Absent<T> = { [Key in keyof T]?: undefined };

/** For one site, or absent: a report for each that was active in its period. Either two days or a period. */
export type GenerateReportData = GeneratedReport & ((Days & Absent<PreviousPeriod>) | (PreviousPeriod & Absent<Days>));

/** The reports of a template for the slot `at`: one for each of its sites. `at` is when the job was added where it is absent. */
export interface TemplateReportData {
  templateId: string;
  at?: string;
}

/** A row of table reports: to be written, or to be sent to its recipients. */
export interface ReportJobData extends SiteData {
  reportId: string;
}

/** BullMQ and Postgres take such an id in any case; here it is what Postgres would answer. */
const uuid = Joi.string()
  .pattern(uuidPattern)
  .messages({ 'string.pattern.base': '{{#label}} must be a UUID in lower case' });

/** A UUID, or the name of a template that is there from the start. */
const templateId = Joi.string()
  .pattern(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .messages({ 'string.pattern.base': '{{#label}} must be the id of a report template' });

const fileName = chosenFileNameSchema.messages({
  'string.pattern.base':
    '{{#label}} must be the plain name of a file in EXPORT_DIR, with a letter or a digit, and without slash, backslash, control characters, invisible marks or a dot at its beginning',
  'string.pattern.invert.base':
    '{{#label}} must not be a UUID with an ending, as files of exports and reports are named',
});
/** `-` and a site's id are put into it. */
const maxBytesBeforeSite = maxFileNameBytes - 1 - maxSiteIdLength;
const fileNameOfSites = fileName.when('site_id', {
  is: Joi.exist(),
  otherwise: Joi.string()
    .max(maxBytesBeforeSite, 'utf8')
    .messages({
      'string.max': `{{#label}} must have at most ${maxBytesBeforeSite} bytes in UTF-8 where there is no site_id, since the id of each site is put into it`,
    }),
});
const format = Joi.valid(...jobFormats).required();

export const exportData = object<ExportDataData>({
  site_id: siteId.required(),
  dataType: Joi.valid(...exportedTypes).required(),
  format,
  startDate: date.required(),
  endDate: date.required(),
  filters: Joi.object(),
  outputPath: fileName,
})
  .custom(inOrder('startDate', 'endDate', true))
  .messages(orderMessages);

export const exportJob = object<ExportJobData>({ site_id: siteId, exportId: uuid.required() });

const formMessage = 'either startDate and endDate are given, or period and periodType';
const inOrderWhereGiven: Joi.CustomValidator<Record<string, string>> = (value, helpers) =>
  value.startDate === undefined ? value : inOrder('startDate', 'endDate', true)(value, helpers);

export const generateReport = object<GeneratedReport & Partial<Days & PreviousPeriod>>({
  site_id: siteId,
  reportType: Joi.valid(...reportTypes).required(),
  format,
  startDate: date,
  endDate: date,
  period: Joi.valid('previous'),
  periodType: Joi.valid(...periodTypes),
  at: instant,
  profileIds,
  recipientEmail: Joi.string().email({ tlds: false }),
  outputPath: fileNameOfSites,
})
  .and('startDate', 'endDate')
  .and('period', 'periodType')
  .xor('startDate', 'period')
  .custom(inOrderWhereGiven)
  .messages({
    ...orderMessages,
    'object.and': formMessage,
    'object.xor': formMessage,
    'object.missing': formMessage,
  });

export const templateReport = object<TemplateReportData>({ templateId: templateId.required(), at: instant });
export const reportJob = object<ReportJobData>({ site_id: siteId, reportId: uuid.required() });
