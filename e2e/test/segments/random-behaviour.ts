/** Random funnel, retention and journey queries. */
import type { Funnel } from '@millrace/reporting/funnel/funnel';
import type { JourneysParams } from '@millrace/reporting/journeys/journey';
import type { Filter, TimeRange } from '@millrace/reporting/query/resolved-query';
import { clipPeriods, periodsOf } from '@millrace/reporting/retention/cohort-periods';
import type { ReturnsParams } from '@millrace/reporting/retention/return-table';
import type { Random } from '@millrace/shared/testing/create-random';
import { zones } from '../random-queries.js';

/** Common parameters of the queries. */
export interface Subject {
  siteId: string;
  now: Date;
  range: TimeRange;
  /** A random filter. */
  filter(): Filter;
}

const minute = 60_000;
const breakdowns = [
  'path',
  'referrer',
  'property:plan',
  'visit:referrer',
  'entry_page',
  'event_type',
  'profile_id',
] as const;

export const randomFunnel = (random: Random, { siteId, range, filter }: Subject): Funnel => ({
  ...{ siteId, range },
  steps: Array.from({ length: 2 + random.below(4) }, filter),
  windowMs: random.pick([1, 10, 60, 3 * 1_440]) * minute,
  byVisit: random() < 0.4,
  pastEnd: random() < 0.4,
  ...(random() < 0.3 && { filter: filter() }),
  ...(random() < 0.5 && { breakdown: random.pick(breakdowns) }),
});

/** Undefined for a range that has not started. */
export function randomReturns(random: Random, { siteId, now, range, filter }: Subject): ReturnsParams | undefined {
  const period = random.pick(['day', 'week', 'month'] as const);
  const whole = periodsOf(range, period, random.pick(zones), now, 120, random.pick(['monday', 'sunday'] as const));
  if (whole.labels.length === 0) return undefined;
  return {
    siteId,
    bounds: clipPeriods(whole, range, now).bounds,
    ...(random() < 0.4 && { filter: filter() }),
    ...(random() < 0.6 && { first: filter() }),
    ...(random() < 0.6 && { returning: filter() }),
    ...(random() < 0.5 && { breakdown: random.pick(breakdowns) }),
    breakdownLimit: random.pick([1, 3, 50]),
  };
}

export const randomJourneys = (random: Random, { siteId, range, filter }: Subject): JourneysParams => ({
  ...{ siteId, range },
  ...(random() < 0.4 && { filter: filter() }),
  ...(random() < 0.7 && { mark: { at: random.pick(['start', 'end'] as const), filter: filter() } }),
  steps: 2 + random.below(5),
  dimension: random.pick(['path', 'path', 'event_type'] as const),
  limit: random.pick([1, 3, 1_000]),
});
