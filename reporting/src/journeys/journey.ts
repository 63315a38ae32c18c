import type { Filter, TimeRange } from '../query/resolved-query.js';

export type StepDimension = 'path' | 'event_type';

export interface JourneysParams {
  siteId: string;
  range: TimeRange;
  /** The events of steps must match it. */
  filter?: Filter;
  /** Journeys start at the first of these events, or end at the last one; without it they start with the visit. */
  mark?: { at: 'start' | 'end'; filter: Filter };
  /** Steps per journey. */
  steps: number;
  /** What steps are named by. */
  dimension: StepDimension;
  /** Maximum number of rows. */
  limit: number;
}

export interface Journey {
  /** Null where a visit has fewer steps: after the last one, or before the first one if journeys lead to an end. */
  steps: (string | null)[];
  visits: number;
  visitors: number;
}

export interface Journeys {
  /** Most visits first, ties in byte order of the steps, null last. */
  journeys: Journey[];
  /** Visits with a journey, and their visitors. */
  total: { visits: number; visitors: number };
}

/** For pages, only views are steps. */
export function stepFilter({ filter, dimension }: JourneysParams): Filter | undefined {
  if (dimension !== 'path') return filter;
  const isView: Filter = { op: 'is', dimension: 'event_type', values: ['view'] };
  return filter ? { op: 'and', filters: [isView, filter] } : isView;
}
