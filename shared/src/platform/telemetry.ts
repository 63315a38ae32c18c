/** The Prometheus metrics that a service exposes at `/metrics`. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Telemetry {
  registry: Registry;
  counter<L extends string>(name: string, help: string, labelNames?: L[]): Counter<L>;
  /** `collect` sets the value at each scrape. */
  gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    collect: (gauge: Gauge<L>) => void | Promise<void>,
  ): void;
  histogram<L extends string>(name: string, help: string, buckets: number[], labelNames?: L[]): Histogram<L>;
}

/** Each service has its own registry, so that two apps in one test process do not clash; process metrics are optional for the same reason. */
export function createTelemetry(options: { withProcessMetrics?: boolean } = {}): Telemetry {
  const registry = new Registry();
  if (options.withProcessMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  /** Several workers of one process share a metric. */
  const existing = <M>(name: string) => registry.getSingleMetric(name) as M | undefined;
  return {
    registry,
    counter: (name, help, labelNames = []) => existing(name) ?? new Counter({ name, help, labelNames, registers }),
    gauge(name, help, labelNames, collect) {
      const gauge: Gauge<(typeof labelNames)[number]> = new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect: () => collect(gauge),
      });
    },
    histogram: (name, help, buckets, labelNames = []) =>
      existing(name) ?? new Histogram({ name, help, buckets, labelNames, registers }),
  };
}

/** In seconds. */
export const latencyBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** In events per group; the largest is a full job. */
export const sizeBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];
