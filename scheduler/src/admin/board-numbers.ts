/** Bounds of the numbers that Bull Board passes on to BullMQ, which takes any: beyond them a queue stands still, or forgets its jobs. */
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import Joi from 'joi';

const hourMs = 3_600_000;
const yearMs = 31_536_000_000;
const whole = () => Joi.number().strict().integer();

/** By the action of the audit log. Each limit has a value that takes it away: concurrency 0, `max` null. */
const schemas: Readonly<Record<string, (body: { max?: unknown }) => Joi.ObjectSchema>> = {
  'queue.limit-concurrency': () => Joi.object({ concurrency: whole().min(0).max(1_000).required() }),
  'queue.limit-rate': ({ max }) =>
    Joi.object({
      max: whole().min(1).max(1_000_000).allow(null).required(),
      duration: max === null ? Joi.any() : whole().min(1).max(hourMs).required(),
    }),
  'job.delay': () =>
    Joi.object({
      runAt: whole()
        .min(0)
        .max(Date.now() + yearMs)
        .required(),
    }),
  'job.prioritize': () => Joi.object({ priority: whole().min(0).max(2_097_151).required() }),
};

/** What is wrong with the numbers of a change, as a sentence; undefined when nothing is. */
export function numberProblem(action: string, body: object): string | undefined {
  const { error } =
    schemas[action]?.(body).validate(body, { errors: { wrap: { label: false } }, messages: ruleMessages }) ?? {};
  return error && `${error.message}.`;
}
