/** Turns the state of the system into whether a rule fires: what all measures have in common. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Queues } from '../../open-queues.js';
import type { AlertKind, Conditions } from '../alert-rule.js';

export interface MeasureDeps {
  pool: Pool;
  queues: Pick<Queues, 'get'>;
  now: Date;
}

export interface Measurement {
  firing: boolean;
  /** One sentence with the figure and its limit. */
  summary: string;
}

/** @throws when it cannot be found out; the state of the rule stays then. */
export type Measure<Kind extends AlertKind> = (
  condition: Conditions[Kind],
  surroundings: MeasureDeps,
) => Promise<Measurement>;
