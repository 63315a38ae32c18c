/** The data of export and report jobs, as types and Joi schemas. */
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

/** Datasets whose rows are single events of one person: erasing a user deletes files of these. */
export const datasetsOfSingleEvents = ['events', 'transactions', 'costs', 'recent-activity', 'comprehensive'] as const;

/** Days in the site's time zone, both included. */
export interface Days {
  startDate: string;
  endDate: string;
}

/** `outputPath` is a file name in EXPORT_DIR. */
export interface ExportDataData extends Days {
  site_id: string;
  dataType: (typeof exportedTypes)[number];
  format: JobFormat;
  filters?: Record<string, unknown>;
  outputPath?: string;
}

/** Writes the file of a row of table exports. */
export interface ExportJobData extends SiteData {
  exportId: string;
}

export interface GeneratedReport extends SiteData {
  reportType: (typeof reportTypes)[number];
  format: JobFormat;
  profileIds?: string[];
  recipientEmail?: string;
  /** A file name in EXPORT_DIR; without `site_id`, `-` and each site's id are inserted before the extension. */
  outputPath?: string;
  /** The instant for `period`; schedules always set it. Defaults to when the job was added. */
  at?: string;
}

/** The period before the one that contains `at`, in the site's time zone. */
export interface PreviousPeriod {
  period: 'previous';
  periodType: PeriodType;
}

type Absent<T> = { [Key in keyof T]?: undefined };

/** Without `site_id`, a report for each site that was active in its period. Either two days or a period. */
export type GenerateReportData = GeneratedReport & ((Days & Absent<PreviousPeriod>) | (PreviousPeriod & Absent<Days>));

/** The reports of a template for the slot `at`, one for each of its sites. `at` defaults to when the job was added. */
export interface TemplateReportData {
  templateId: string;
  at?: string;
}

/** A row of table reports, to be generated or delivered. */
export interface ReportJobData extends SiteData {
  reportId: string;
}

/** In lower case only, as Postgres returns it, although Postgres accepts both. */
const uuid = Joi.string()
  .pattern(uuidPattern)
  .messages({ 'string.pattern.base': '{{#label}} must be a UUID in lower case' });

/** A UUID, or the name of a built-in template. */
const templateId = Joi.string()
  .pattern(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .messages({ 'string.pattern.base': '{{#label}} must be the id of a report template' });

const fileName = chosenFileNameSchema.messages({
  'string.pattern.base':
    '{{#label}} must be a plain file name in EXPORT_DIR, with a letter or a digit, and without slash, backslash, control characters, invisible characters or a leading dot',
  'string.pattern.invert.base':
    '{{#label}} must not be a UUID with an extension, which is how generated files are named',
});
/** Leaves room for `-` and a site's id. */
const maxBytesBeforeSite = maxFileNameBytes - 1 - maxSiteIdLength;
const fileNameOfSites = fileName.when('site_id', {
  is: Joi.exist(),
  otherwise: Joi.string()
    .max(maxBytesBeforeSite, 'utf8')
    .messages({
      'string.max': `{{#label}} must have at most ${maxBytesBeforeSite} bytes in UTF-8 without site_id, because the id of each site is inserted into it`,
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

const formMessage = 'give either startDate and endDate, or period and periodType';
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
