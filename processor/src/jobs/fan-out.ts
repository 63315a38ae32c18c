/** A child job for each site of a job that is for all of them, and what becomes of the children. */

import type { FanOutResult } from '@millrace/shared/contract/job-results';
import { addJobs, type RetrySettings } from '@millrace/shared/queue/add-job';
import type { Job, Queue } from '@millrace/shared/queue/queue';
import { WaitingChildrenError } from 'bullmq';

/** Progress of a job whose children are all in the queue: what tells its second run from a first one that was cut off. */
const childrenAdded = 1;
const jobsPerCall = 500;

export interface FanOut {
  /** Where the children go. */
  queue: Queue;
  retry: RetrySettings;
  findSites(): Promise<string[]>;
  /** By site; where it has none its child runs first. What the job itself was given goes before. */
  prioritiesOf(sites: string[]): Promise<Map<string, number>>;
}

const childPrefix = (job: Job) => `${job.name}-${job.id}-`;

/**
 * Ids follow from the parent's, so that a parent that runs again adds nothing twice. No site has the mark in its id: without it, site
 * `b-c` of job `a` would be site `c` of job `a-b`, as up to 0.4.
 */
const siteMark = '~';

async function addChildren(job: Job, { queue, retry, findSites, prioritiesOf }: FanOut): Promise<void> {
  const parent = { id: job.id!, queue: job.queueQualifiedName };
  const sites = await findSites();
  const priorities = job.opts.priority ? undefined : await prioritiesOf(sites);
  const jobs = sites.map((site_id) => {
    const priority = job.opts.priority || priorities?.get(site_id);
    return {
      name: job.name,
      data: { ...job.data, site_id },
      options: { jobId: `${childPrefix(job)}${siteMark}${site_id}`, parent, ...(priority && { priority }) },
    };
  });
  for (let from = 0; from < jobs.length; from += jobsPerCall) {
    await addJobs(queue, jobs.slice(from, from + jobsPerCall), retry);
  }
}

/** The key of a child ends with its id, in which the site is what follows the prefix, up to 0.4 without the mark. */
function siteOf(key: string, prefix: string): string {
  const site = key.slice(key.lastIndexOf(`:${prefix}`) + 1 + prefix.length);
  return site.startsWith(siteMark) ? site.slice(siteMark.length) : site;
}

async function collect(job: Job): Promise<FanOutResult> {
  const prefix = childPrefix(job);
  // A job of a flow may have waited for others before.
  const ofSites = <T>(children: Record<string, T>) =>
    Object.entries(children).filter(([key]) => key.includes(`:${prefix}`));
  const values = ofSites(await job.getChildrenValues<object>());
  const failures = ofSites(await job.getIgnoredChildrenFailures());
  // A site has two children where the release before was cut off and this one went on.
  const done = new Set<string>();
  const result: FanOutResult = { done: [], failed: [], skipped: [] };
  for (const [key, value] of values.sort()) {
    const site_id = siteOf(key, prefix);
    if ('skipped' in value) result.skipped.push({ site_id, reason: String(value.skipped) });
    else done.add(site_id);
  }
  for (const [key, reason] of failures.sort()) result.failed.push({ site_id: siteOf(key, prefix), reason });
  return { ...result, done: [...done] };
}

/**
 * Adds the children and leaves the job waiting for them; run again once all have ended, it says how. A site that fails does
 * not keep others from being done.
 * @throws WaitingChildrenError, by which BullMQ knows that the job waits.
 */
export async function fanOut(job: Job, token: string, deps: FanOut): Promise<FanOutResult> {
  if (job.progress !== childrenAdded) {
    await addChildren(job, deps);
    await job.updateProgress(childrenAdded);
  }
  if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
  const result = await collect(job);
  await job.updateProgress(100);
  return result;
}
