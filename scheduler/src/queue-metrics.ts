/** Turns the state of every queue into Prometheus figures, read at each scrape. */
import type { Metrics } from '@millrace/shared/metrics';
import type { Queue } from '@millrace/shared/queue';

/** States of a job that are counted; jobs of a paused queue are waiting. */
export const jobStates = ['waiting', 'active', 'completed', 'failed', 'delayed'] as const;

/** Adds `millrace_queue_jobs{queue,state}` to `metrics`. */
export function addQueueMetrics(queues: Queue[], metrics: Metrics): void {
  metrics.gauge('millrace_queue_jobs', 'Jobs of a queue by state', ['queue', 'state'], async (gauge) => {
    gauge.reset();
    await Promise.all(
      queues.map(async (queue) => {
        const counts = await queue.getJobCounts(...jobStates);
        for (const state of jobStates) gauge.set({ queue: queue.name, state }, counts[state] ?? 0);
      }),
    );
  });
}
