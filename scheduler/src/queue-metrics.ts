/** Turns the state of every queue into Prometheus figures, read at each scrape. */
import { withTimeout } from '@millrace/shared/health';
import type { Metrics } from '@millrace/shared/metrics';
import type { QueueHandle } from '@millrace/shared/queue';

/** States of a job that are counted; jobs of a paused queue are waiting. */
export const jobStates = ['waiting', 'active', 'completed', 'failed', 'delayed'] as const;

/** How long a scrape waits for a queue before it leaves its figures out. */
const timeoutMs = 1_000;

/** Adds `millrace_queue_jobs{queue,state}` to `metrics`; a queue that does not answer has no figures. */
export function addQueueMetrics(handles: QueueHandle[], metrics: Metrics): void {
  metrics.gauge('millrace_queue_jobs', 'Jobs of a queue by state', ['queue', 'state'], async (gauge) => {
    gauge.reset();
    await Promise.allSettled(
      handles.map(async ({ queue }) => {
        const counts = await withTimeout(queue.getJobCounts(...jobStates), timeoutMs, queue.name);
        for (const state of jobStates) gauge.set({ queue: queue.name, state }, counts[state] ?? 0);
      }),
    );
  });
}
