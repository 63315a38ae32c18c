/** Turns the state of every queue into Prometheus figures, read at each scrape. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { oldestWaiting } from '@millrace/shared/queue/oldest-waiting';
import type { QueueHandle } from '@millrace/shared/queue/queue';
import type { JobType } from 'bullmq';

/** States of a job that are counted; jobs of a paused queue, and those with a priority, are waiting. */
export const jobStates = ['waiting', 'active', 'completed', 'failed', 'delayed'] as const;

/** Waiting jobs of a paused queue have a state of their own on Postgres. */
const countedStates = [...jobStates, 'paused', 'prioritized'];

/** How long a scrape waits for a queue before it leaves its figures out. */
const timeoutMs = 1_000;

/** Adds `millrace_queue_jobs{queue,state}` and `millrace_queue_oldest_waiting_seconds{queue}` to `metrics`; a queue that does not answer has no figures. */
export function addQueueMetrics(handles: QueueHandle[], telemetry: Telemetry): void {
  telemetry.gauge('millrace_queue_jobs', 'Jobs of a queue by state', ['queue', 'state'], async (gauge) => {
    gauge.reset();
    await Promise.allSettled(
      handles.map(async ({ queue }) => {
        const counts = await withTimeout(queue.getJobCounts(...(countedStates as JobType[])), timeoutMs, queue.name);
        counts.waiting = (counts.waiting ?? 0) + (counts.paused ?? 0) + (counts.prioritized ?? 0);
        for (const state of jobStates) gauge.set({ queue: queue.name, state }, counts[state] ?? 0);
      }),
    );
  });
  telemetry.gauge(
    'millrace_queue_oldest_waiting_seconds',
    'Age of the oldest waiting job',
    ['queue'],
    async (gauge) => {
      gauge.reset();
      await Promise.allSettled(
        handles.map(async ({ queue }) => {
          const since = await withTimeout(oldestWaiting(queue), timeoutMs, queue.name);
          gauge.set({ queue: queue.name }, since === undefined ? 0 : Math.max(0, Date.now() - since) / 1_000);
        }),
      );
    },
  );
}
