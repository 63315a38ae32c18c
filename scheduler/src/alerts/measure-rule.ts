/** Turns a rule into what is measured for it now. */
import { withTimeout } from '@millrace/shared/platform/health';
import type { AlertKind, Watch } from './alert-rule.js';
import { measureDeadLetters } from './measures/dead-letters.js';
import { measureFailureRate } from './measures/failure-rate.js';
import type { Measure, MeasureDeps, Measurement } from './measures/measure.js';
import { measureQueueAge } from './measures/queue-age.js';
import { measureSiteSilent } from './measures/site-silent.js';

const measures: { [Kind in AlertKind]: Measure<Kind> } = {
  queue_age: measureQueueAge,
  failure_rate: measureFailureRate,
  dead_letters: measureDeadLetters,
  site_silent: measureSiteSilent,
};

/** A queue that is away keeps its callers waiting. */
const timeoutMs = 5_000;

/** @throws when it cannot be found out within five seconds. */
export function measureRule({ kind, condition }: Watch, deps: MeasureDeps): Promise<Measurement> {
  const measure = measures[kind] as Measure<AlertKind>;
  return withTimeout(measure(condition, deps), timeoutMs, 'what is measured');
}
