/** Adding flows: jobs that wait for jobs, each checked against its contract, all of them added or none. */
import type { FlowJob } from 'bullmq';
import { type CheckedData, checkJobData, findQueue } from '../contract/jobs.js';
import { JobDataError, jobOptions, type RetrySettings } from './add-job.js';
import type { FlowProducer } from './queue.js';

export const childFailures = ['wait', 'fail', 'ignore'] as const;

/**
 * What a job does when one that it waits for has failed for good:
 * - `wait`: it waits on, until that one was retried and is done; without it once that one was removed;
 * - `fail`: it fails as well;
 * - `ignore`: it runs without it when the others are done.
 * BullMQ's `continueParentOnFailure` is left out: a job cannot end while another one that it waits for is running.
 */
export type ChildFailure = (typeof childFailures)[number];

/** A job of a flow and those that it waits for. */
export interface FlowPart {
  queue: string;
  job: string;
  data: unknown;
  /** Priority 0 (first) to 2,097,151; `delay` in milliseconds, only of a part that waits for no other. */
  options?: { priority?: number; delay?: number };
  /** Of all its children; `wait` when it is absent. */
  onChildFailure?: ChildFailure;
  children?: FlowPart[];
}

/** What was added, as it was asked for: the same tree, with ids. */
export interface AddedPart {
  queue: string;
  job: string;
  id: string;
  children?: AddedPart[];
}

export const maxFlowDepth = 5;
export const maxFlowJobs = 100;

/** What is wrong with a flow, and where: `children.0.data.site_id`. */
export interface FlowProblem {
  problem: string;
  field: string;
}

/**
 * BullMQ keys jobs by `queue:id`, and takes digits alone for ids of its own. A dot and digits at the end are how the parts of a flow are
 * told apart: `a.1` is the first child of flow `a`. Dots alone cannot stand in the path of a request.
 */
export const flowIdPattern = /^(?!\d+$)(?!\.{1,2}$)(?!.*\.\d+$)[A-Za-z0-9._-]{1,200}$/;

/** Options of a child, by what its parent does when it fails. What is waited for stays until somebody has looked after it. */
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

/** What keeps a flow from being added; undefined for one that can be. */
export function findFlowProblem(root: FlowPart): FlowProblem | undefined {
  let count = 0;

  function look(part: FlowPart, place: string, depth: number): FlowProblem | undefined {
    count += 1;
    if (depth > maxFlowDepth) return { problem: `A flow has at most ${maxFlowDepth} levels.`, field: place };
    if (count > maxFlowJobs) return { problem: `A flow has at most ${maxFlowJobs} jobs.`, field: place };
    const wrong = partProblem(part);
    if (wrong) return { problem: wrong.problem, field: joined(place, wrong.field) };
    const children = childrenOf(part);
    if (children.length > 0 && part.options?.delay) {
      const problem = 'A job that waits for others starts when they are done: it takes no delay.';
      return { problem, field: joined(place, 'options.delay') };
    }
    for (const [index, child] of children.entries()) {
      const found = look(child, joined(place, `children.${index}`), depth + 1);
      if (found) return found;
    }
    return undefined;
  }

  return look(root, '', 1);
}

const joined = (...parts: string[]) => parts.filter((part) => part !== '').join('.');

/** Ids follow from the flow's and the place: `id`, `id.1`, `id.1.2`. */
const childId = (id: string, index: number) => `${id}.${index + 1}`;

function toFlowJob(part: FlowPart, id: string, retry: RetrySettings, parent?: FlowPart): FlowJob {
  // Checked before.
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
 * Adds a flow, whole or not at all: a job runs when its children are done, and finds what they reported in
 * `job.getChildrenValues()`. Each failed job is retried alone. The id is the root's, and those of all parts follow from it: a
 * flow whose root is still known is left out. On Redis Cluster the prefix of the queues needs a hash tag, as all queues
 * of a flow have to be in one slot.
 * @throws JobDataError before anything was added, or what the queue says.
 */
export async function addFlow(
  flows: FlowProducer,
  id: string,
  root: FlowPart,
  retry: RetrySettings = {},
): Promise<AddedPart> {
  if (!flowIdPattern.test(id)) throw new JobDataError(`"${id}" cannot be the id of a flow.`);
  const wrong = findFlowProblem(root);
  if (wrong) throw new JobDataError(wrong.problem);
  // Added again, a child that has failed meanwhile would be waited for again.
  const known = await flows.getFlow({ queueName: root.queue, id, depth: 1, maxChildren: 1 });
  if (!known) await flows.add(toFlowJob(root, id, retry));
  return addedPart(root, id);
}
