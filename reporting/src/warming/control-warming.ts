/** Stops, restarts and triggers what keeps answers warm, for all replicas and for good. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { cacheKeys, cleanupKey } from './cache-keys.js';

/** Schedulers see it by updated_at; slots that passed while a job was stopped are not made up for. */
const setEnabled = `/* reporting.enableWarming */
update schedules set enabled = $1, updated_at = clock_timestamp(), known_since = clock_timestamp()
where built_in and queue = 'cache-warming' and enabled <> $1 returning id`;

async function enable(writePool: Pool, isEnabled: boolean): Promise<string[]> {
  const { rows } = await writePool.query<{ id: string }>(setEnabled, [isEnabled]);
  return rows.map(({ id }) => id).sort();
}

/** No warm-up starts by the clock until {@link restartWarming}; those under way end. Returns the schedules that ran until now. */
export const stopWarming = (writePool: Pool): Promise<string[]> => enable(writePool, false);

/** Returns the schedules that were stopped until now. */
export const restartWarming = (writePool: Pool): Promise<string[]> => enable(writePool, true);

/** Ids of the jobs, in the order in which people see them. */
export const warmingJobs = [...Object.keys(cacheKeys), cleanupKey];

/** Runs one of the jobs now, also while they are stopped; returns the id of the job in the queue. @throws ServiceError `not_found`. */
export async function triggerWarming(queue: Queue, id: string): Promise<string> {
  if (!warmingJobs.includes(id)) {
    throw new ServiceError('not_found', `There is no such job; there are ${warmingJobs.join(', ')}.`);
  }
  const jobId = `trigger-${id}-${randomUUID()}`;
  await addJob(queue, 'warm', { cacheKeys: [id] }, { jobId });
  return jobId;
}
