/** Turns an analytics job into marks and a roll of its site, or into one job for each site. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AnalyticsJobs,
  type AnalyticsResult,
  analyticsAggregation,
  analyticsJobSchemas,
} from '@millrace/shared/jobs';
import type { Pool } from '@millrace/shared/postgres';
import type { Job, QueueHandle } from '@millrace/shared/queue';
import { UnrecoverableError } from 'bullmq';
import { busy } from './claim-site.js';
import { allSites, findSites } from './find-sites.js';
import { markRange } from './mark-range.js';
import { rollSite } from './roll-site.js';

export type RollJob = Pick<Job<unknown>, 'id' | 'name' | 'data' | 'updateProgress'>;

export interface RollConsumer {
  /** @throws UnrecoverableError when the job breaks its contract. */
  consume(job: RollJob): Promise<AnalyticsResult>;
  /** Lets the roll under way end after its transaction; what is marked stays marked. */
  stop(): void;
}

type JobName = keyof AnalyticsJobs;

/** How long a job that must be done waits for another roll of its site, before the queue's back-off does. */
const patience = { attempts: 40, pauseMs: 250 };

function checkJob(job: RollJob): { name: JobName; data: AnalyticsJobs[JobName] } {
  if (!Object.hasOwn(analyticsJobSchemas, job.name)) {
    const known = Object.keys(analyticsJobSchemas).join(', ');
    throw new UnrecoverableError(`There is no job "${job.name}" in this queue; known are ${known}.`);
  }
  const name = job.name as JobName;
  const { error, value } = analyticsJobSchemas[name].validate(job.data, { errors: { wrap: { label: false } } });
  if (error) throw new UnrecoverableError(`The data of job "${name}" break its contract: ${error.message}.`);
  return { name, data: value };
}

/** The range that a job asks to be computed anew; undefined for one that only rolls what is marked. */
function rangeOf(data: AnalyticsJobs[JobName]): { from: Date; to: Date } | undefined {
  if ('startTime' in data) return { from: new Date(data.startTime), to: new Date(data.endTime) };
  if ('from' in data) return { from: new Date(data.from), to: new Date(data.to) };
  return undefined;
}

export function createRollConsumer(pool: Pool, handle: QueueHandle, clock = () => new Date()): RollConsumer {
  const stopping = new AbortController();

  /** Ids follow from the parent's, so that a parent that runs again adds nothing; a site waits once in the queue. */
  async function fanOut(job: RollJob, name: JobName, data: object): Promise<AnalyticsResult> {
    const sites = name === 'roll' ? await findSites(pool, clock()) : await allSites(pool);
    for (const site_id of sites) {
      await handle.queue.add(
        name,
        { ...data, site_id },
        {
          ...analyticsAggregation.options,
          jobId: `${name}-${job.id}-${site_id}`,
          ...(name === 'roll' && { deduplication: { id: `roll-${site_id}` } }),
        },
      );
    }
    return { sites: sites.length };
  }

  const roll = (job: RollJob, siteId: string) =>
    rollSite(pool, siteId, {
      now: clock(),
      stopped: stopping.signal,
      onProgress: (percent) => job.updateProgress(percent),
    });

  async function rollPatiently(job: RollJob, siteId: string): Promise<AnalyticsResult> {
    for (let attempt = 0; attempt < patience.attempts && !stopping.signal.aborted; attempt += 1) {
      const summary = await roll(job, siteId);
      if (summary !== busy) return summary;
      await pause(patience.pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    throw new Error(`Site ${siteId} is being rolled by another job; the range stays marked and is tried again.`);
  }

  return {
    async consume(job) {
      const { name, data } = checkJob(job);
      if (data.site_id === undefined) return fanOut(job, name, data);
      const range = rangeOf(data);
      if (range === undefined) {
        const summary = await roll(job, data.site_id);
        return summary === busy ? { skipped: 'another roll of this site is at work' } : summary;
      }
      await markRange(pool, data.site_id, range.from, range.to);
      return rollPatiently(job, data.site_id);
    },
    stop: () => stopping.abort(),
  };
}
