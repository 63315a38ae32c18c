/** Schemas of requests to the queues API. */
import { maxPriority } from '@millrace/shared/queue/site-priorities';
import Joi from 'joi';
import { type Page, pageSchema } from '../read-request.js';
import type { JobRequest } from './change-jobs.js';
import { type JobState, jobStates } from './find-jobs.js';

const yearMs = 31_536_000_000;
const yearSeconds = 31_536_000;

/** `delay` in milliseconds. */
export const jobOptionsSchema = Joi.object<JobRequest['options']>({
  priority: Joi.number().strict().integer().min(0).max(maxPriority),
  delay: Joi.number().strict().integer().min(0).max(yearMs),
});

export const newJobSchema = Joi.object<JobRequest>({
  jobName: Joi.string().max(128).required(),
  data: Joi.object().default({}),
  options: jobOptionsSchema.default({}),
}).required();

export interface JobsParams extends Page {
  state: JobState;
  search?: string;
}

export const jobsParamsSchema = Joi.object<JobsParams>({
  ...pageSchema,
  state: Joi.valid(...jobStates).default('failed'),
  search: Joi.string().max(256),
});

/** In seconds. */
export const cleanSchema = Joi.object<{ gracePeriod: number }>({
  gracePeriod: Joi.number().strict().integer().min(0).max(yearSeconds).required(),
}).required();

export const retrySchema = Joi.object<{ cause: string; dryRun: boolean }>({
  cause: Joi.string().allow('').max(1_000).required(),
  dryRun: Joi.boolean().strict().default(true),
}).required();
