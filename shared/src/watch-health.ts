/** Turns the state of a service's parts into a log line at the start and every minute. */
import { checkHealth, type HealthCheck } from './health.js';
import type { Logger } from './logger.js';

const intervalMs = 60_000;

/** Returns the function that ends the watch. */
export function watchHealth(checks: Record<string, HealthCheck>, logger: Logger): () => void {
  async function look(): Promise<void> {
    const { status, services } = await checkHealth(checks);
    logger[status === 'healthy' ? 'info' : 'warn']({ status, ...services }, 'health check');
  }
  void look();
  const timer = setInterval(look, intervalMs);
  return () => clearInterval(timer);
}
