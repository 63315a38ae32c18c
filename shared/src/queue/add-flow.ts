/** Adds flows: trees of jobs in which a job waits for its children. */
import type { FlowJob } from 'bullmq';
import { type CheckedData, checkJobData, findQueue } from '../contract/jobs.js';
import { JobDataError, jobOptions, type RetrySettings } from './add-job.js';
import type { FlowProducer } from './queue.js';

export const childFailures = ['wait', 'fail', 'ignore'] as const;

/**
 * What a job does when a child has failed for good:
 * - `wait`: waits until the child is retried and done, or removed;
 * - `fail`: fails too;
 * - `ignore`: runs once the other children are done.
 * BullMQ's `continueParentOnFailure` is not offered: a job cannot finish while one of its children is running.
 */
export type ChildFailure = (typeof childFailures)[number];

/** A job of a flow and its children. */
export interface FlowPart {
  queue: string;
  job: string;
  data: unknown;
  /** Priority 0 (first) to 2,097,151; `delay` in milliseconds, only without children. */
  options?: { priority?: number; delay?: number };
  /** Applies to all children; default `wait`. */
  onChildFailure?: ChildFailure;
  children?: FlowPart[];
}

/** The same tree with the ids of the jobs. */
export interface AddedPart {
  queue: string;
  job: string;
  id: string;
  children?: AddedPart[];
}

export const maxFlowDepth = 5;
export const maxFlowJobs = 100;

export interface FlowProblem {
  problem: string;
  /** Such as `children.0.data.site_id`. */
  field: string;
}

/** What BullMQ stores beside the jobs of a queue on Redis, under keys like those of jobs. */
const queueKeys = [
  ...['active', 'completed', 'de', 'delayed', 'events', 'failed', 'id', 'limiter', 'marker', 'meta', 'paused', 'pc'],
  ...['prioritized', 'repeat', 'stalled', 'stalled-check', 'wait', 'waiting-children'],
];

/** True if a job with this id would be stored in the place of something else. */
export const isQueueKey = (id: string): boolean => queueKeys.includes(id);

/**
 * Excludes colons, because BullMQ keys jobs by `queue:id`; its own keys; only digits, which BullMQ uses for its own ids; a dot and
 * digits at the end, because `a.1` is the first child of flow `a`; and only dots, which have a meaning in URL paths.
 */
export const flowIdPattern = new RegExp(
  `^(?!(?:${queueKeys.join('|')}|\\d+|\\.{1,2})$)(?!.*\\.\\d+$)[A-Za-z0-9._-]{1,200}$`,
);

/** Options of a child, by what its parent does on failure. With `wait`, a failed child is kept until someone deals with it. */
const failureOptions = {
  wait: { removeOnFail: false },
  fail: { failParentOnFailure: true },
  ignore: { ignoreDependencyOnFailure: true },
} as const;

const childrenOf = ({ children = [] }: FlowPart) => children;

function partProblem(part: FlowPart): Extract<CheckedData, { problem: string }> | undefined {
  if (findQueue(part.queue)?.addedBy === 'ingestion') return { problem: 'Events are sent to ingestion.', field: 'job' };
  const checked = checkJobData(part.queue, part.job, part.data);
  return checked.problem === undefined ? undefined : checked;
}

/** Undefined if the flow is valid. */
export function findFlowProblem(root: FlowPart): FlowProblem | undefined {
  let count = 0;

  function check(part: FlowPart, place: string, depth: number): FlowProblem | undefined {
    count += 1;
    if (depth > maxFlowDepth) return { problem: `A flow has at most ${maxFlowDepth} levels.`, field: place };
    if (count > maxFlowJobs) return { problem: `A flow has at most ${maxFlowJobs} jobs.`, field: place };
    const wrong = partProblem(part);
    if (wrong) return { problem: wrong.problem, field: joined(place, wrong.field) };
    const children = childrenOf(part);
    if (children.length > 0 && part.options?.delay) {
      const problem = 'A job with children starts when they are done, so it cannot have a delay.';
      return { problem, field: joined(place, 'options.delay') };
    }
    for (const [index, child] of children.entries()) {
      const found = check(child, joined(place, `children.${index}`), depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  return check(root, '', 1);
}

const joined = (...parts: string[]) => parts.filter((part) => part !== '').join('.');

/** Ids derive from the flow's id and the position in the tree: `id`, `id.1`, `id.1.2`. */
const childId = (id: string, index: number) => `${id}.${index + 1}`;

function toFlowJob(part: FlowPart, id: string, retry: RetrySettings, parent?: FlowPart): FlowJob {
  // Already validated.
  const { data } = checkJobData(part.queue, part.job, part.data) as { data: object };
  const opts = {
    ...jobOptions(part.queue, part.job, retry),
    ...part.options,
    ...(parent && failureOptions[parent.onChildFailure ?? 'wait']),
    jobId: id,
  };
  const children = childrenOf(part).map((child, index) => toFlowJob(child, childId(id, index), retry, part));
  return { queueName: part.queue, name: part.job, data, opts, ...(children.length > 0 && { children }) };
}

function addedPart(part: FlowPart, id: string): AddedPart {
  const children = childrenOf(part).map((child, index) => addedPart(child, childId(id, index)));
  return { queue: part.queue, job: part.job, id, ...(children.length > 0 && { children }) };
}

/**
 * Adds all jobs of a flow or none. A job runs when its children are done, and gets their results from `job.getChildrenValues()`.
 * Each failed job is retried by itself. `id` is the root's id, from which those of the other jobs derive; if a job with that id
 * still exists, nothing is added. On Redis Cluster, the queue prefix needs a hash tag, because all queues of a flow must be in one
 * slot.
 * @throws JobDataError, before anything is added; or the queue's error.
 */
export async function addFlow(
  flows: FlowProducer,
  id: string,
  root: FlowPart,
  retry: RetrySettings = {},
): Promise<AddedPart> {
  if (!flowIdPattern.test(id)) throw new JobDataError(`"${id}" is not a valid flow id.`);
  const wrong = findFlowProblem(root);
  if (wrong) throw new JobDataError(wrong.problem);
  // Adding it again would make the root wait again for a child that has failed meanwhile.
  const existing = await flows.getFlow({ queueName: root.queue, id, depth: 1, maxChildren: 1 });
  if (!existing) await flows.add(toFlowJob(root, id, retry));
  return addedPart(root, id);
}
