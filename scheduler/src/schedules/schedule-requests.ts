/** Schemas of schedules in requests. */
import { checkJobData, findQueue, queueNames } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseCron } from '@millrace/shared/time/cron';
import Joi from 'joi';
import { templateData } from '../job-templates/fill-template.js';
import { paramsSchema, siteIdSchema, templateIdSchema } from '../job-templates/template-requests.js';
import type { JobTemplate } from '../job-templates/template-rows.js';
import { slotContext, type TemplateScheduleData } from '../job-templates/template-schedules.js';
import { changeSchema, checkRequest, isStorable } from '../read-request.js';
import { catchUps, type ScheduleFields } from './schedule-rows.js';

const timezone = Joi.string().max(64);
const cron = Joi.string().max(128);

/** Checked here as well, so that the error names the field. */
const storable: Joi.CustomValidator = (value, helpers) => (isStorable(value) ? value : helpers.error('text.storable'));
const unstorable = { 'text.storable': '{{#label}} must not contain NUL or unpaired surrogates' };

const withoutTemplate = (schema: Joi.Schema) =>
  Joi.when('template', {
    is: Joi.exist(),
    // biome-ignore lint/suspicious/noThenProperty: the name is Joi's.
    then: Joi.forbidden().messages({ 'any.unknown': '{{#label}} is set by the template' }),
    otherwise: schema,
  });
const ofTemplate = (schema: Joi.Schema) =>
  Joi.when('template', {
    is: Joi.exist(),
    // biome-ignore lint/suspicious/noThenProperty: the name is Joi's.
    then: schema,
    otherwise: Joi.forbidden().messages({ 'any.unknown': '{{#label}} requires a template' }),
  });

const common = {
  name: Joi.string().max(128).custom(storable).required().messages(unstorable),
  cron: cron.required(),
  timezone: timezone.default('UTC'),
  enabled: Joi.boolean().strict().default(true),
  catch_up: Joi.valid(...catchUps).default('newest'),
};
const ownJob = {
  queue: Joi.valid(...queueNames.filter((name) => findQueue(name)?.addedBy !== 'ingestion')).required(),
  job: Joi.string().max(128).required(),
  data: Joi.object().custom(storable).default({}).messages(unstorable),
};
const templateValues = {
  params: paramsSchema.custom(storable).messages(unstorable).default({}),
  site_id: siteIdSchema,
};

/** The two kinds of schedules by themselves, for the API document. */
export const scheduleForms = {
  withJob: Joi.object({ ...common, ...ownJob }),
  withTemplate: Joi.object({ ...common, template: templateIdSchema.required(), ...templateValues }),
};

const mapSchemas = (schemas: Record<string, Joi.Schema>, change: (schema: Joi.Schema) => Joi.Schema) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));

const { name, ...when } = common;
/** In the order in which problems are reported. */
const fields = {
  name,
  template: templateIdSchema,
  ...mapSchemas(templateValues, ofTemplate),
  ...mapSchemas(ownJob, withoutTemplate),
  ...when,
};

/** Queue, job and data, or a template and its values. */
export interface ScheduleRequest extends Omit<ScheduleFields, 'catchUp' | 'templateId'>, TemplateScheduleData {
  template?: string;
  catch_up: ScheduleFields['catchUp'];
}

const whole = Joi.object<ScheduleRequest>(fields).required();
export const newScheduleSchema = whole;
/** Absent fields are kept. */
export const scheduleChangeSchema = changeSchema(fields);
export const cronParamsSchema = Joi.object<{ cron: string; timezone: string }>({
  cron: cron.allow('').required(),
  timezone: timezone.default('UTC'),
});

const refuse = (problem: string, field: string) => new ServiceError('invalid_request', problem, { field });

/** Validates the job of a schedule; a template is filled as of the next slot. */
function toJob(sent: ScheduleRequest, template: JobTemplate | undefined, slot: Date) {
  const { queue, job, data, template: templateId = null, params, site_id } = sent;
  if (templateId === null) {
    const checked = checkJobData(queue, job, data);
    if (checked.problem !== undefined) throw refuse(checked.problem, checked.field);
    return { queue, job, data, templateId };
  }
  if (!template) throw refuse(`Unknown job template "${templateId}".`, 'template');
  const kept = { ...(params && { params }), ...(site_id !== undefined && { site_id }) };
  const filled = templateData(template, slotContext(kept, slot, sent.timezone));
  if (filled.problem !== undefined) throw refuse(filled.problem, filled.field);
  return { queue: template.queue, job: template.job, data: kept, templateId };
}

/** Validates what Joi cannot: the cron expression and the data of the job. */
export function toFields(sent: ScheduleRequest, template: JobTemplate | undefined, now: Date): ScheduleFields {
  const { name, cron: expression, timezone: zone, enabled, catch_up: catchUp } = sent;
  const parsed = parseCron(expression, zone);
  if (parsed.problem !== undefined) throw refuse(`${parsed.problem}.`, parsed.field);
  const job = toJob(sent, template, parsed.cron.slotAfter(now));
  return { name, cron: expression, timezone: zone, enabled, catchUp, ...job };
}

/** Applies a change to a schedule. Setting a template removes its own job, and vice versa. */
export function changedSchedule(before: ScheduleFields, change: Partial<ScheduleRequest>): ScheduleRequest {
  const { name, queue, job, cron, timezone, data, templateId, enabled, catchUp } = before;
  const keepsJob = change.template === undefined && templateId === null;
  const keepsTemplate = change.queue === undefined && templateId !== null;
  const merged = {
    ...{ name, cron, timezone, enabled, catch_up: catchUp },
    ...(keepsJob && { queue, job, data }),
    ...(keepsTemplate && { template: templateId, ...data }),
    ...change,
  };
  return checkRequest(whole, merged);
}
