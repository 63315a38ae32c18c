/** Answers a query by the definitions of docs/query.md: groups events, then measures each group separately. */
import type { ComparisonRow } from '@millrace/reporting/query/compare-periods';
import type {
  Metric,
  MetricValue,
  ResolvedQuery,
  ResultRow,
  TimeBuckets,
} from '@millrace/reporting/query/resolved-query';
import { isBetween, type PlainEvent, type PlainSite } from './events.js';
import { filterFits } from './filter.js';
import { measure, percentChange, visitorsOf } from './metrics.js';
import { isNumeric, toDecimal } from './numbers.js';
import { plainVisits, type VisitOf, valueIn } from './visits.js';

export interface PlainAnswer {
  rows: ResultRow[];
  totalRows?: number;
  comparisonRows?: ComparisonRow[];
}

type Value = string | number | bigint | null;

interface Group {
  /** For a time dimension, the index of the label. */
  values: Value[];
  events: PlainEvent[];
}

type Selected = Pick<ResolvedQuery, 'dimensions' | 'range' | 'filter' | 'includeBots' | 'buckets'>;

const isTime = (dimension: string) => dimension.startsWith('time:');

/** The index of the label that an event counts for. */
function labelOf({ micros }: PlainEvent, { bounds, places, offsets }: TimeBuckets): number {
  const stretch = bounds.findLastIndex((bound) => bound.getTime() * 1_000 <= micros);
  if (offsets) return Math.floor((micros / 1_000_000 + offsets[stretch]!) / 3_600) % 24;
  return places ? places[stretch]! : stretch;
}

function groupsOf(events: PlainEvent[], { dimensions, buckets }: Selected, visitOf: VisitOf): Group[] {
  const groups = new Map<string, Group>();
  const group = (values: Value[]): Group => {
    const name = JSON.stringify(values);
    const group = groups.get(name) ?? { values, events: [] };
    groups.set(name, group);
    return group;
  };
  if (dimensions.length === 0) group([]);
  // A time dimension alone has a row for each bucket.
  if (dimensions.length === 1 && buckets) for (const place of buckets.labels.keys()) group([place]);
  for (const event of events) {
    const valueAt = (name: string) => (isTime(name) ? labelOf(event, buckets!) : valueIn(event, name, visitOf));
    group(dimensions.map(valueAt)).events.push(event);
  }
  return [...groups.values()];
}

/** Both values have the same type. */
function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  return (a as number) < (b as number) ? -1 : 1;
}

/** Nulls are last in both directions. */
function compare(a: Value, b: Value, direction: 'asc' | 'desc'): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return direction === 'desc' ? -compareValues(a, b) : compareValues(a, b);
}

type Read = (group: Group, key: string) => Value;

function sortGroups(groups: Group[], { orderBy, dimensions }: ResolvedQuery, read: Read): Group[] {
  const orders = [...orderBy, ...dimensions.map((key) => ({ key, direction: 'asc' as const }))];
  const keys = new Map(groups.map((group) => [group, orders.map(({ key }) => read(group, key))]));
  return groups.sort((a, b) => {
    const [left, right] = [keys.get(a)!, keys.get(b)!];
    for (const [at, { direction }] of orders.entries()) {
      const order = compare(left[at]!, right[at]!, direction);
      if (order !== 0) return order;
    }
    return 0;
  });
}

interface Scope {
  events: PlainEvent[];
  visitOf: VisitOf;
  measureGroup: (group: PlainEvent[], metric: Metric) => MetricValue;
}

function scopeOf(site: PlainSite, { range, filter, includeBots }: Selected): Scope {
  const visitOf = plainVisits(site, range);
  const fits = filterFits(filter, visitOf);
  const counts = ({ context }: PlainEvent) => includeBots === true || context.bot === null;
  const events = site.events.filter((event) => isBetween(event, range) && counts(event) && fits(event));
  const totalVisitors = visitorsOf(events).size;
  return { events, visitOf, measureGroup: (group, metric) => measure(group, metric, visitOf, totalVisitors) };
}

/** The same values in the comparison range; only for queries without a time dimension. */
function comparisonRows(site: PlainSite, query: ResolvedQuery, rows: PlainAnswer['rows']): ComparisonRow[] {
  const earlier = { ...query, range: query.comparison!.range };
  const { events, visitOf, measureGroup } = scopeOf(site, earlier);
  const groups = new Map(groupsOf(events, earlier, visitOf).map((group) => [JSON.stringify(group.values), group]));
  return rows.map(({ dimensions, metrics: later }) => {
    const found = groups.get(JSON.stringify(dimensions))?.events ?? [];
    const metrics = query.metrics.map((metric) => measureGroup(found, metric));
    return { dimensions, metrics, change: metrics.map((before, at) => percentChange(before, later[at]!)) };
  });
}

export function answerPlainly(site: PlainSite, query: ResolvedQuery): PlainAnswer {
  const { dimensions, metrics, buckets, offset, limit, totalRows, comparison } = query;
  const { events, visitOf, measureGroup } = scopeOf(site, query);
  const groups = groupsOf(events, query, visitOf);
  const read: Read = (group, key) => {
    const place = (dimensions as string[]).indexOf(key);
    if (place >= 0) return group.values[place]!;
    const value = measureGroup(group.events, key as Metric);
    return value !== null && isNumeric(key) ? toDecimal(String(value))! : value;
  };
  const shown = sortGroups(groups, query, read).slice(offset, offset + limit);
  const rows = shown.map(({ values, events: ofGroup }) => ({
    dimensions: values.map((value) => (typeof value === 'number' ? buckets!.labels[value]! : (value as string | null))),
    metrics: metrics.map((metric) => measureGroup(ofGroup, metric)),
  }));
  return {
    rows,
    ...(totalRows && { totalRows: groups.length }),
    ...(comparison && { comparisonRows: comparisonRows(site, query, rows) }),
  };
}
