/** Turns what a user sends about schedules into fields that can be stored, or into a refusal. */

import { parseCron } from '@millrace/shared/cron';
import { ServiceError } from '@millrace/shared/errors';
import { checkNewJob, findQueue, queueNames } from '@millrace/shared/jobs';
import Joi from 'joi';
import { isStorable } from '../is-storable.js';
import { checkRequest } from '../read-request.js';
import { catchUps, type ScheduleFields } from './schedule-rows.js';

const timezone = Joi.string().max(64);
const cron = Joi.string().max(128);

/** Here too, so that the refusal names the field. */
const storable: Joi.CustomValidator = (value, helpers) => (isStorable(value) ? value : helpers.error('text.storable'));
const unstorable = { 'text.storable': '{{#label}} must not hold NUL or half a character' };

const fields = {
  name: Joi.string().max(128).custom(storable).required().messages(unstorable),
  // Events come through ingestion, which answers for them.
  queue: Joi.valid(...queueNames.filter((name) => findQueue(name)?.addedBy !== 'ingestion')).required(),
  job: Joi.string().max(128).required(),
  cron: cron.required(),
  timezone: timezone.default('UTC'),
  data: Joi.object().custom(storable).default({}).messages(unstorable),
  enabled: Joi.boolean().strict().default(true),
  catch_up: Joi.valid(...catchUps).default('newest'),
};

interface Sent extends Omit<ScheduleFields, 'catchUp'> {
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

/** Checks what Joi cannot: that the cron fires and that the data keep the contract of the job. */
export function toFields(sent: Sent): ScheduleFields {
  const { catch_up: catchUp, ...rest } = sent;
  const parsed = parseCron(sent.cron, sent.timezone);
  if (parsed.problem !== undefined) {
    throw new ServiceError('invalid_request', `${parsed.problem}.`, { field: parsed.field });
  }
  const checked = checkNewJob(sent.queue, sent.job, sent.data);
  if (checked.problem !== undefined) {
    throw new ServiceError('invalid_request', checked.problem, { field: checked.field });
  }
  return { ...rest, catchUp };
}

/** The fields of a schedule after a change to some of them. */
export function changedFields(before: ScheduleFields, change: object): ScheduleFields {
  const { name, queue, job, cron, timezone, data, enabled, catchUp } = before;
  const merged = { name, queue, job, cron, timezone, data, enabled, catch_up: catchUp, ...change };
  return toFields(checkRequest(whole, merged));
}
