/** What is asked of the ways of visits from page to page. */
import type { Filter, TimeRange } from '../query/resolved-query.js';

export type StepDimension = 'path' | 'event_type';

export interface JourneysParams {
  siteId: string;
  range: TimeRange;
  /** What the events of steps must match. */
  filter?: Filter;
  /** Journeys begin with the first of these events, or end with the last of them; without it they begin with the visit. */
  mark?: { at: 'start' | 'end'; filter: Filter };
  /** Steps of a journey. */
  steps: number;
  /** What a step is called by. */
  dimension: StepDimension;
  /** Rows at most. */
  limit: number;
}

/** How often one way was taken. */
export interface Journey {
  /** Null where a visit has fewer steps: behind the last one, or before the first one of what leads to an end. */
  steps: (string | null)[];
  visits: number;
  visitors: number;
}

export interface Journeys {
  /** Most visits first, ties by the bytes of the steps, nulls last. */
  journeys: Journey[];
  /** Visits with a journey, and their visitors. */
  total: { visits: number; visitors: number };
}

/** Of pages only views are steps. */
export function stepFilter({ filter, dimension }: JourneysParams): Filter | undefined {
  if (dimension !== 'path') return filter;
  const isView: Filter = { op: 'is', dimension: 'event_type', values: ['view'] };
  return filter ? { op: 'and', filters: [isView, filter] } : isView;
}
