import type { Pool } from '@millrace/shared/platform/postgres';
import { childFailures, type FlowPart, flowIdPattern } from '@millrace/shared/queue/add-flow';
import Joi from 'joi';
import { jobOptionsSchema } from '../queues/queue-requests.js';
import { withSitePriorities } from '../queues/site-priority.js';

const fields = {
  queue: Joi.string().max(128).required(),
  job: Joi.string().max(128).required(),
  data: Joi.object().default({}),
  options: jobOptionsSchema.default({}),
  onChildFailure: Joi.valid(...childFailures),
  children: Joi.array().items(Joi.link('#part')).max(100),
};

/** A flow sent again with the same id is not added again while its record exists. */
export const flowSchema = Joi.object<FlowPart & { id?: string }>({
  ...fields,
  id: Joi.string().pattern(flowIdPattern).messages({
    'string.pattern.base':
      '{{#label}} must have 1 to 200 letters, digits, dots, underscores and hyphens; it must not consist of digits or dots only, or end with a dot and digits, which is reserved for the parts of a flow; names that the queue uses itself, such as failed, are not allowed',
  }),
})
  .shared(Joi.object(fields).id('part'))
  .required();

/** All jobs of a flow, parents before children. */
const partsOf = (part: FlowPart): FlowPart[] => [part, ...(part.children ?? []).flatMap(partsOf)];

export const queuesOfFlow = (root: FlowPart): string[] => [...new Set(partsOf(root).map(({ queue }) => queue))];

/** The flow with jobs without a priority set to that of their site. */
export async function withSitePrioritiesOfFlow(pool: Pool, root: FlowPart): Promise<FlowPart> {
  const parts = (await withSitePriorities(pool, partsOf(root))).values();
  function next(): FlowPart {
    const part = parts.next().value!;
    return part.children ? { ...part, children: part.children.map(next) } : part;
  }
  return next();
}
