/** Every metric of a group of events, by the definitions of docs/query.md. */
import type { VisitMetric } from '@millrace/reporting/query/metric-catalogue';
import type { Metric, MetricValue } from '@millrace/reporting/query/resolved-query';
import type { PlainEvent } from './events.js';
import { decimalChange, isNumeric, measureProperty } from './numbers.js';
import { type PlainVisit, type VisitOf, viewsOf } from './visits.js';

/** Event types that do not show any activity of the visitor. */
const passive = [
  ...['impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request'],
  ...['engagement', 'not_found', 'web_vitals', 'identify', 'group', 'alias'],
];

/** Two decimals, halves up; nothing here is negative. Uses integers to keep halves exact. */
function ratio(part: number, whole: number): number | null {
  if (whole === 0) return null;
  const hundredfold = 200 * part + whole;
  return (hundredfold - (hundredfold % (2 * whole))) / (2 * whole) / 100;
}

export const visitorsOf = (events: PlainEvent[]): Set<string> =>
  new Set(events.flatMap(({ user }) => (user === null ? [] : [user])));

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const typed = (events: PlainEvent[], type: string) => events.filter(({ event_type }) => event_type === type);

const microsOf = ({ events }: PlainVisit) => events.at(-1)!.micros - events[0]!.micros;
const isBounce = (visit: PlainVisit) =>
  viewsOf(visit).length === 1 && visit.events.every(({ event_type }) => ['view', ...passive].includes(event_type));

/** Seconds. */
function medianOf(visits: PlainVisit[]): number | null {
  const sorted = visits.map(microsOf).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return ratio(sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!, 2_000_000);
}

const ofVisits: Record<VisitMetric, (visits: PlainVisit[]) => number | null> = {
  visits: (visits) => visits.length,
  bounce_rate: (visits) => ratio(100 * visits.filter(isBounce).length, visits.length),
  visit_duration: (visits) => ratio(sum(visits.map(microsOf)), 1_000_000 * visits.length),
  visit_duration_median: medianOf,
  views_per_visit: (visits) => ratio(sum(visits.map((visit) => viewsOf(visit).length)), visits.length),
};

/** `totalVisitors` counts visitors of the whole range with the same filters and no dimensions. */
export function measure(events: PlainEvent[], metric: Metric, visitOf: VisitOf, totalVisitors: number): MetricValue {
  if (Object.hasOwn(ofVisits, metric)) {
    const visits = new Set(events.flatMap((event) => visitOf.get(event) ?? []));
    return ofVisits[metric as VisitMetric]([...visits]);
  }
  if (isNumeric(metric)) return measureProperty(events, metric);
  if (metric.startsWith('event:')) return typed(events, metric.slice('event:'.length)).length;
  if (metric === 'events') return events.length;
  if (metric === 'views') return typed(events, 'view').length;
  if (metric === 'visitors') return visitorsOf(events).size;
  if (metric === 'share') return ratio(100 * visitorsOf(events).size, totalVisitors);
  if (metric !== 'views_per_visitor') throw new Error(`plain/metrics.ts does not define ${metric}.`);
  const views = typed(events, 'view').filter(({ user }) => user !== null);
  return ratio(views.length, visitorsOf(views).size);
}

/** An integer, halves away from zero; null for a change from zero. */
export function percentChange(before: MetricValue, after: MetricValue): number | null {
  if (before === null || after === null) return null;
  if (typeof before === 'string' || typeof after === 'string') return decimalChange(String(before), String(after));
  if (before === 0) return after === 0 ? 0 : null;
  const percent = (100 * (after - before)) / before;
  return percent < 0 ? 0 - Math.round(-percent) : Math.round(percent);
}
