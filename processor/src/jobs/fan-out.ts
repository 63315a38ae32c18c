/** Adds a child job per site for a job that is for all sites, and collects the results. */
import type { FanOutResult } from '@millrace/shared/contract/job-results';
import { addJobs, type RetrySettings } from '@millrace/shared/queue/add-job';
import type { Job, Queue } from '@millrace/shared/queue/queue';
import { WaitingChildrenError } from 'bullmq';

/** Progress of a job whose children are all queued; distinguishes its second run from an interrupted first one. */
const childrenAdded = 1;
const jobsPerCall = 500;

export interface FanOut {
  /** Receives the children. */
  queue: Queue;
  retry: RetrySettings;
  findSites(): Promise<string[]>;
  /** By site; children without a priority run first. A priority of the job itself takes precedence. */
  prioritiesOf(sites: string[]): Promise<Map<string, number>>;
}

const childPrefix = (job: Job) => `${job.name}-${job.id}-`;

/**
 * Child ids are derived from the parent's, so a parent that runs again adds no duplicates. Site ids never contain this separator:
 * without it, as up to 0.4, site `b-c` of job `a` and site `c` of job `a-b` would collide.
 */
const siteSeparator = '~';

async function addChildren(job: Job, { queue, retry, findSites, prioritiesOf }: FanOut): Promise<void> {
  const parent = { id: job.id!, queue: job.queueQualifiedName };
  const sites = await findSites();
  const priorities = job.opts.priority ? undefined : await prioritiesOf(sites);
  const jobs = sites.map((site_id) => {
    const priority = job.opts.priority || priorities?.get(site_id);
    return {
      name: job.name,
      data: { ...job.data, site_id },
      options: { jobId: `${childPrefix(job)}${siteSeparator}${site_id}`, parent, ...(priority && { priority }) },
    };
  });
  for (let from = 0; from < jobs.length; from += jobsPerCall) {
    await addJobs(queue, jobs.slice(from, from + jobsPerCall), retry);
  }
}

/** The key of a child ends with its id: the prefix, the separator (since 0.5) and the site. */
function siteOf(key: string, prefix: string): string {
  const site = key.slice(key.lastIndexOf(`:${prefix}`) + 1 + prefix.length);
  return site.startsWith(siteSeparator) ? site.slice(siteSeparator.length) : site;
}

async function collect(job: Job): Promise<FanOutResult> {
  const prefix = childPrefix(job);
  // In a flow, the job may also have had other children.
  const ofSites = <T>(children: Record<string, T>) =>
    Object.entries(children).filter(([key]) => key.includes(`:${prefix}`));
  const values = ofSites(await job.getChildrenValues<object>());
  const failures = ofSites(await job.getIgnoredChildrenFailures());
  // A site has two children if a job of an older release was interrupted and continued by this one.
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
 * The first run adds the children and waits for them; when they have ended, the second run returns the results. A failing site
 * does not affect the others.
 * @throws WaitingChildrenError to tell BullMQ that the job waits for its children.
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
