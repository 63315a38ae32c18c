/** Stops, restarts and triggers cache warming. The state is stored, so it applies to all replicas and survives restarts. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJob } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { cacheKeys, cleanupKey } from './cache-keys.js';

/** Schedulers notice the change by updated_at. Slots that passed while a job was stopped are not run later. */
const setEnabled = `/* reporting.enableWarming */
update schedules set enabled = $1, updated_at = clock_timestamp(), known_since = clock_timestamp()
where built_in and queue = 'cache-warming' and enabled <> $1 returning id`;

async function enable(writePool: Pool, isEnabled: boolean): Promise<string[]> {
  const { rows } = await writePool.query<{ id: string }>(setEnabled, [isEnabled]);
  return rows.map(({ id }) => id).sort();
}

/** Running warm-ups finish; no scheduled ones start until {@link restartWarming}. Returns the schedules that were stopped. */
export const stopWarming = (writePool: Pool): Promise<string[]> => enable(writePool, false);

/** Returns the schedules that were restarted. */
export const restartWarming = (writePool: Pool): Promise<string[]> => enable(writePool, true);

/** In display order. */
export const warmingJobs = [...Object.keys(cacheKeys), cleanupKey];

/** Runs a job now, even while warming is stopped; returns the id of the queued job. @throws ServiceError `not_found`. */
export async function triggerWarming(queue: Queue, id: string): Promise<string> {
  if (!warmingJobs.includes(id)) {
    throw new ServiceError('not_found', `There is no such job. The jobs are ${warmingJobs.join(', ')}.`);
  }
  const jobId = `trigger-${id}-${randomUUID()}`;
  await addJob(queue, 'warm', { cacheKeys: [id] }, { jobId });
  return jobId;
}
