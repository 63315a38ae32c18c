/** Turns the answers of a service's parts (database, queue) into one verdict: healthy, or which part is down. */

/** Resolves when the part works and rejects when it does not. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthReport {
  status: 'healthy' | 'unhealthy';
  services: Record<string, 'up' | 'down'>;
}

/** Asks all parts at once; a part that does not answer within `timeoutMs` is down. */
export async function checkHealth(checks: Record<string, HealthCheck>, timeoutMs = 1_000): Promise<HealthReport> {
  const services: HealthReport['services'] = {};
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      services[name] = await withTimeout(check(), timeoutMs, name).then(
        () => 'up' as const,
        () => 'down' as const,
      );
    }),
  );
  const healthy = Object.values(services).every((state) => state === 'up');
  return { status: healthy ? 'healthy' : 'unhealthy', services };
}

/** Rejects with a timeout error when `work` has not settled after `timeoutMs`; `work` itself goes on. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
