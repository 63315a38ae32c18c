/** Turns the state of a service's parts into a log line at the start and every minute. */
import { checkHealth, type HealthCheck } from './health.js';
import type { Logger } from './logger.js';

const intervalMs = 60_000;
/** The first connections take a while to open on a machine where everything starts at once. */
const firstLookMs = 15_000;

/** Returns the function that ends the watch. */
export function watchHealth(checks: Record<string, HealthCheck>, logger: Logger): () => void {
  let isEnded = false;
  async function look(timeoutMs?: number): Promise<void> {
    const { status, services } = await checkHealth(checks, timeoutMs);
    if (isEnded) return;
    logger[status === 'healthy' ? 'info' : 'warn']({ status, ...services }, 'health check');
  }
  void look(firstLookMs);
  const timer = setInterval(() => look(), intervalMs);
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}
