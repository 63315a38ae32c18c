/** Decides on each change in Bull Board before it is made: recorded in the audit log, or refused with a reason. */
import type { Access } from '@millrace/shared/access/keys';
import { recordAudit } from '@millrace/shared/access/record-audit';
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queues } from '../open-queues.js';
import { boardActions } from './board-actions.js';
import { numberProblem } from './board-numbers.js';

/** What Bull Board hands to its hooks. */
export interface BoardCall {
  method: string;
  /** As declared, with `:queueName`. */
  route: string;
  params: { queueName?: string; jobId?: string; queueStatus?: string };
  /** Its data are replaced in place by complete ones. */
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

/** Puts checked data in the place of those of the body; returns what is wrong with them. */
function checkData(body: NonNullable<BoardCall['body']>, field: 'data' | 'jobData', queue: string, name: string) {
  const checked = checkJobData(queue, name, body[field] ?? {});
  if (checked.problem === undefined) body[field] = checked.data;
  return checked.problem;
}

async function findProblem(queues: Queues, action: string, call: BoardCall): Promise<string | undefined> {
  const { queueName = '', jobId = '' } = call.params;
  const body = call.body ?? {};
  if (action === 'job.add') return checkData(body, 'data', queueName, String(body.name));
  if (action !== 'job.update-data') return numberProblem(action, body);
  const job = await queues.get(queueName)?.getJob(jobId);
  // Bull Board answers for a job that is not there.
  return job && checkData(body, 'jobData', queueName, job.name);
}

const targetOf = ({ queueName = '*', jobId }: BoardCall['params']) =>
  jobId === undefined ? queueName : `${queueName}/${jobId}`;

/**
 * To be called before Bull Board acts. Undefined: go on, it is recorded. Accepted events exist nowhere else until they are
 * stored, so their queue is neither emptied nor edited here; and no job is left with data that its worker would refuse.
 */
export async function guardBoard(
  { pool, queues }: GuardDeps,
  access: Access | undefined,
  call: BoardCall,
): Promise<BoardRefusal | undefined> {
  if (call.method === 'get') return undefined;
  const action = boardActions[`${call.method} ${call.route}`];
  if (!action || !access) return { status: 403, message: 'This service does not offer that.' };
  const { queueName, queueStatus } = call.params;
  if (action.harmsEvents && queueName !== undefined && findQueue(queueName)?.holdsEvents) {
    return {
      status: 403,
      message: 'Jobs of event-ingest hold accepted events: they are stored, not removed or edited.',
    };
  }
  const problem = await findProblem(queues, action.name, call);
  if (problem !== undefined) return { status: 400, message: problem };
  const details = { ...(queueStatus && { queueStatus }), ...call.body };
  await recordAudit(pool, access, action.name, targetOf(call.params), details);
  return undefined;
}
