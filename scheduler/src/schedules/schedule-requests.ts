/** What is sent about schedules, as fields that can be stored or a refusal that names what is wrong. */

import { checkJobData, findQueue, queueNames } from '@millrace/shared/contract/jobs';
import { ServiceError } from '@millrace/shared/platform/errors';
import { parseCron } from '@millrace/shared/time/cron';
import Joi from 'joi';
import { isStorable } from '../is-storable.js';
import { templateData } from '../job-templates/fill-template.js';
import { paramsSchema, siteIdSchema, templateIdSchema } from '../job-templates/template-requests.js';
import type { JobTemplate } from '../job-templates/template-rows.js';
import { slotFilling, type TemplateScheduleData } from '../job-templates/template-schedules.js';
import { checkRequest } from '../read-request.js';
import { catchUps, type ScheduleFields } from './schedule-rows.js';

const timezone = Joi.string().max(64);
const cron = Joi.string().max(128);

/** Here too, so that the refusal names the field. */
const storable: Joi.CustomValidator = (value, helpers) => (isStorable(value) ? value : helpers.error('text.storable'));
const unstorable = { 'text.storable': '{{#label}} must not hold NUL or half a character' };

const withoutTemplate = (schema: Joi.Schema) =>
  Joi.when('template', {
    is: Joi.exist(),
    // biome-ignore lint/suspicious/noThenProperty: the name is Joi's.
    then: Joi.forbidden().messages({ 'any.unknown': "{{#label}} is the template's" }),
    otherwise: schema,
  });
const ofTemplate = (schema: Joi.Schema) =>
  Joi.when('template', {
    is: Joi.exist(),
    // biome-ignore lint/suspicious/noThenProperty: the name is Joi's.
    then: schema,
    otherwise: Joi.forbidden().messages({ 'any.unknown': '{{#label}} needs a template' }),
  });

const fields = {
  name: Joi.string().max(128).custom(storable).required().messages(unstorable),
  // Events come through ingestion, which answers for them.
  template: templateIdSchema,
  params: ofTemplate(paramsSchema.custom(storable).messages(unstorable).default({})),
  site_id: ofTemplate(siteIdSchema),
  queue: withoutTemplate(
    Joi.valid(...queueNames.filter((name) => findQueue(name)?.addedBy !== 'ingestion')).required(),
  ),
  job: withoutTemplate(Joi.string().max(128).required()),
  cron: cron.required(),
  timezone: timezone.default('UTC'),
  data: withoutTemplate(Joi.object().custom(storable).default({}).messages(unstorable)),
  enabled: Joi.boolean().strict().default(true),
  catch_up: Joi.valid(...catchUps).default('newest'),
};

/** Queue, job and data, or a template and what it is filled with. */
export interface Sent extends Omit<ScheduleFields, 'catchUp' | 'templateId'>, TemplateScheduleData {
  template?: string;
  catch_up: ScheduleFields['catchUp'];
}

const whole = Joi.object<Sent>(fields).required();
export const newScheduleSchema = whole;
/** Any part of it; what is left out stays. */
export const scheduleChangeSchema = Joi.object(
  Object.fromEntries(Object.keys(fields).map((name) => [name, Joi.any()])),
).min(1);
export const cronQuestionSchema = Joi.object<{ cron: string; timezone: string }>({
  cron: cron.allow('').required(),
  timezone: timezone.default('UTC'),
});

const refuse = (problem: string, field: string) => new ServiceError('invalid_request', problem, { field });

/** What a schedule adds: as it was sent, or what is made of its template at its next slot. */
function toJob(sent: Sent, template: JobTemplate | undefined, slot: Date) {
  const { queue, job, data, template: templateId = null, params, site_id } = sent;
  if (templateId === null) {
    const checked = checkJobData(queue, job, data);
    if (checked.problem !== undefined) throw refuse(checked.problem, checked.field);
    return { queue, job, data, templateId };
  }
  if (!template) throw refuse(`There is no job template "${templateId}".`, 'template');
  const kept = { ...(params && { params }), ...(site_id !== undefined && { site_id }) };
  const filled = templateData(template, slotFilling(kept, slot, sent.timezone));
  if (filled.problem !== undefined) throw refuse(filled.problem, filled.field);
  return { queue: template.queue, job: template.job, data: kept, templateId };
}

/** Checks what Joi cannot: that the cron fires and that the data keep the contract of the job. */
export function toFields(sent: Sent, template: JobTemplate | undefined, now: Date): ScheduleFields {
  const { name, cron: expression, timezone: zone, enabled, catch_up: catchUp } = sent;
  const parsed = parseCron(expression, zone);
  if (parsed.problem !== undefined) throw refuse(`${parsed.problem}.`, parsed.field);
  const job = toJob(sent, template, parsed.cron.slotAfter(now));
  return { name, cron: expression, timezone: zone, enabled, catchUp, ...job };
}

/** A schedule after a change to some of its fields; one that gets a template loses its own job, and the other way round. */
export function changedSchedule(before: ScheduleFields, change: Partial<Sent>): Sent {
  const { name, queue, job, cron, timezone, data, templateId, enabled, catchUp } = before;
  const own = change.template === undefined && templateId === null;
  const templates = change.queue === undefined && templateId !== null;
  const merged = {
    ...{ name, cron, timezone, enabled, catch_up: catchUp },
    ...(own && { queue, job, data }),
    ...(templates && { template: templateId, ...data }),
    ...change,
  };
  return checkRequest(whole, merged);
}
