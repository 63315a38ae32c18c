/** Schemas of requests for dead letters. */
import Joi from 'joi';
import { siteIdSchema } from '../job-templates/template-requests.js';
import { pageSchema } from '../read-request.js';
import { type LettersParams, letterKinds } from './dead-letter-rows.js';

export const lettersParamsSchema = Joi.object<LettersParams>({
  ...pageSchema,
  site_id: siteIdSchema,
  search: Joi.string().max(256),
  replayed: Joi.boolean(),
  kind: Joi.valid(...letterKinds),
});

export const letterChangeSchema = Joi.object<{ payload: object }>({ payload: Joi.object().required() }).required();
export const replaySchema = Joi.object<{ site_id: string; reason?: string; skip: number; dryRun: boolean }>({
  site_id: siteIdSchema.required(),
  reason: Joi.string().max(10_000),
  skip: Joi.number().strict().integer().min(0).max(100_000_000).default(0),
  dryRun: Joi.boolean().strict().default(true),
}).required();
