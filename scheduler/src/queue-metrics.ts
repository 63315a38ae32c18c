/** Prometheus gauges for the state of every queue, read at each scrape. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { oldestWaiting } from '@millrace/shared/queue/oldest-waiting';
import type { QueueHandle } from '@millrace/shared/queue/queue';
import type { JobType } from 'bullmq';

/** States in the metrics; paused and prioritized jobs count as waiting. */
const jobStates = ['waiting', 'active', 'completed', 'failed', 'delayed'] as const;

/** On Postgres, waiting jobs of a paused queue have a separate state. */
const countedStates = [...jobStates, 'paused', 'prioritized'];

/** A queue that takes longer is left out of the scrape. */
const timeoutMs = 1_000;

/** Adds `millrace_queue_jobs{queue,state}` and `millrace_queue_oldest_waiting_seconds{queue}` to the metrics. */
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
