/** Turns the passing of time into roll jobs, one a minute however many processors there are; the scheduler will do this. */
import { analyticsAggregation } from '@millrace/shared/jobs';
import { createErrorLog, type Logger } from '@millrace/shared/logger';
import type { QueueHandle } from '@millrace/shared/queue';

const intervalMs = 60_000;

/** Returns the function that ends it. */
export function triggerRolls(handle: QueueHandle, logger: Logger): () => void {
  const logMissed = createErrorLog(logger, 'could not ask for a roll; the next minute asks again');
  async function trigger(): Promise<void> {
    const minute = Math.floor(Date.now() / intervalMs);
    await handle.queue
      .add('roll', {}, { ...analyticsAggregation.options, jobId: `roll-minute-${minute}` })
      .catch(logMissed);
  }
  void trigger();
  const timer = setInterval(trigger, intervalMs);
  return () => clearInterval(timer);
}
