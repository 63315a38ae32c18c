/**
 * The definition of a funnel, of retention or of journeys, as the address and saved views store it: the request body without
 * site, range and filters.
 */

import { viewsOnly } from './condition.ts';

interface Events {
  filters: unknown[];
}

export interface FunnelShape {
  steps: { name?: string; filters: unknown[] }[];
  window?: string;
  by?: 'visitor' | 'visit';
  past_end?: boolean;
  breakdown?: string;
  breakdown_limit?: number;
}

export const periods = ['day', 'week', 'month'] as const;

export interface RetentionShape {
  period: (typeof periods)[number];
  first?: Events;
  returning?: Events;
}

export const stepDimensions = ['path', 'event_type'] as const;

export interface JourneysShape {
  start?: Events;
  end?: Events;
  steps?: number;
  dimension?: (typeof stepDimensions)[number];
  limit?: number;
}

export interface Shapes {
  funnel: FunnelShape;
  retention: RetentionShape;
  journeys: JourneysShape;
}
export type ShapeKind = keyof Shapes;

const emptyStep = () => ({
  filters: [viewsOnly, ['is', 'path', ['']]],
});

/** The initial definition on each page. */
export const firstShapes: { [Name in ShapeKind]: () => Shapes[Name] } = {
  funnel: () => ({ steps: [emptyStep(), emptyStep()], window: '7d', by: 'visitor' }),
  retention: () => ({ period: 'week' }),
  journeys: () => ({ steps: 3, dimension: 'path', limit: 100 }),
};

export const newStep = emptyStep;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEvents = (value: unknown) => isObject(value) && Array.isArray(value.filters);
const isEventsOrAbsent = (value: unknown) => value === undefined || isEvents(value);

/** Checks only what the page relies on; the API validates the rest. */
const checks: Record<ShapeKind, (value: Record<string, unknown>) => boolean> = {
  funnel: ({ steps, window }) =>
    Array.isArray(steps) && steps.every(isEvents) && (window === undefined || typeof window === 'string'),
  retention: ({ first, returning }) => isEventsOrAbsent(first) && isEventsOrAbsent(returning),
  journeys: ({ start, end }) => isEventsOrAbsent(start) && isEventsOrAbsent(end),
};

/** Undefined if the text was truncated or edited by hand. */
export function readShape<Name extends ShapeKind>(kind: Name, text: string | undefined): Shapes[Name] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && checks[kind](value) ? (value as unknown as Shapes[Name]) : undefined;
  } catch {
    return undefined;
  }
}
