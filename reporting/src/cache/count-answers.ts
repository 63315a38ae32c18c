import type { Telemetry } from '@millrace/shared/platform/telemetry';

export type AnswerStatus = 'hit' | 'miss' | 'stale';

export interface AnswerCounts {
  hits: number;
  misses: number;
  stale: number;
  computations: number;
}

export interface AnswerCounter {
  add(status: AnswerStatus): void;
  addComputation(): void;
  /** Of this process since its start. */
  readonly counts: AnswerCounts;
}

export function createAnswerCounter(telemetry: Telemetry, bytes: () => number): AnswerCounter {
  const counters = {
    hit: telemetry.counter('millrace_cache_hits_total', 'Answers served from the cache'),
    miss: telemetry.counter('millrace_cache_misses_total', 'Answers that were computed or waited for'),
    stale: telemetry.counter('millrace_cache_stale_total', 'Outdated answers served to clients that accept them'),
  };
  const computations = telemetry.counter('millrace_cache_computations_total', 'Computations of answers');
  telemetry.gauge('millrace_cache_bytes', 'Cached answers in the memory of this process', [], (gauge) =>
    gauge.set(bytes()),
  );
  const counts: AnswerCounts = { hits: 0, misses: 0, stale: 0, computations: 0 };
  const names = { hit: 'hits', miss: 'misses', stale: 'stale' } as const;
  return {
    counts,
    add(status) {
      counters[status].inc();
      counts[names[status]] += 1;
    },
    addComputation() {
      computations.inc();
      counts.computations += 1;
    },
  };
}
