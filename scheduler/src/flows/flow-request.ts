/** What is sent to make a flow: a tree of jobs. */
import { childFailures, type FlowPart, flowIdPattern } from '@millrace/shared/queue/add-flow';
import Joi from 'joi';
import { jobOptionsSchema } from '../queues/queue-requests.js';

const fields = {
  queue: Joi.string().max(128).required(),
  job: Joi.string().max(128).required(),
  data: Joi.object().default({}),
  options: jobOptionsSchema.default({}),
  onChildFailure: Joi.valid(...childFailures),
  children: Joi.array().items(Joi.link('#part')).max(100),
};

/** Sent again with the same id, a flow that is still known is not added again. */
export const flowSchema = Joi.object<FlowPart & { id?: string }>({
  ...fields,
  id: Joi.string().pattern(flowIdPattern).messages({
    'string.pattern.base':
      '{{#label}} must have 1 to 200 letters, digits, dots, underscores and hyphens; not digits or dots alone, and no dot with digits at the end, which parts of a flow have',
  }),
})
  .shared(Joi.object(fields).id('part'))
  .required();
