/** Checks each change in Bull Board before it is made: it is recorded in the audit log, or refused with a reason. */
import type { Access } from '@millrace/shared/access/keys';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import type { Pool } from '@millrace/shared/platform/postgres';
import Joi from 'joi';
import type { Queues } from '../open-queues.js';
import { findProblem } from '../read-request.js';
import { boardActions } from './board-actions.js';

/** The argument of Bull Board's hooks. */
export interface BoardCall {
  method: string;
  /** As declared, with `:queueName`. */
  route: string;
  params: { queueName?: string; jobId?: string; queueStatus?: string };
  /** Its data is replaced in place by validated data. */
  body: { name?: unknown; data?: unknown; jobData?: unknown } | undefined;
}

export interface BoardRefusal {
  status: 400 | 403;
  message: string;
}

export interface GuardDeps {
  pool: Pool;
  queues: Queues;
}

const hourMs = 3_600_000;
const yearMs = 31_536_000_000;
const whole = () => Joi.number().strict().integer();

/** BullMQ takes any number, but extreme ones stall a queue or lose its jobs. By audit log action. Concurrency 0 and `max` null remove a limit. */
const numberSchemas: Readonly<Record<string, (body: { max?: unknown }) => Joi.ObjectSchema>> = {
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

/** The problem with the numbers of a change as a sentence; undefined if there is none. */
function numberProblem(action: string, body: object): string | undefined {
  const schema = numberSchemas[action]?.(body);
  return schema && findProblem(schema, body);
}

/** Replaces the data in the body by validated data; returns the problem if it is invalid. */
function checkData(body: NonNullable<BoardCall['body']>, field: 'data' | 'jobData', queue: string, name: string) {
  const checked = checkJobData(queue, name, body[field] ?? {});
  if (checked.problem === undefined) body[field] = checked.data;
  return checked.problem;
}

async function findChangeProblem(queues: Queues, action: string, call: BoardCall): Promise<string | undefined> {
  const { queueName = '', jobId = '' } = call.params;
  const body = call.body ?? {};
  if (action === 'job.add') return checkData(body, 'data', queueName, String(body.name));
  if (action !== 'job.update-data') return numberProblem(action, body);
  const job = await queues.get(queueName)?.getJob(jobId);
  // Bull Board handles unknown jobs.
  return job && checkData(body, 'jobData', queueName, job.name);
}

const targetOf = ({ queueName = '*', jobId }: BoardCall['params']) =>
  jobId === undefined ? queueName : `${queueName}/${jobId}`;

/**
 * Called before Bull Board makes a change. Returns undefined if the change is recorded and may proceed. Accepted events exist only
 * in their queue until they are stored, so that queue is never emptied or edited here. Job data must be valid.
 */
export async function guardBoard(
  { pool, queues }: GuardDeps,
  access: Access | undefined,
  call: BoardCall,
): Promise<BoardRefusal | undefined> {
  if (call.method === 'get') return undefined;
  const action = boardActions[`${call.method} ${call.route}`];
  if (!action || !access) return { status: 403, message: 'This operation is not supported.' };
  const { queueName, queueStatus } = call.params;
  if (action.harmsEvents && queueName !== undefined && findQueue(queueName)?.holdsEvents) {
    return {
      status: 403,
      message: 'Jobs of event-ingest contain accepted events and cannot be removed or edited.',
    };
  }
  const problem = await findChangeProblem(queues, action.name, call);
  if (problem !== undefined) return { status: 400, message: problem };
  const details = { ...(queueStatus && { queueStatus }), ...call.body };
  await recordAudit(pool, access, action.name, targetOf(call.params), details);
  return undefined;
}
