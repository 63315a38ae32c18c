/** Answers a query in the simplest possible way, for comparison with the engines. */
import type { Condition, Dimension, Filter, Metric, ResolvedQuery, ResultRow } from '../src/query/resolved-query.js';
import type { StoredEvent } from './random-events.js';

export function referrerHost(referrer: string | null): string {
  const rest = (referrer ?? '').replace(/^([a-z][a-z0-9+.-]*:)?\/\//i, '');
  const host = rest.split(/[/?#]/)[0]!.toLowerCase();
  return host === '' ? 'direct' : host;
}

const isAbsent = (value: unknown) => value === undefined || value === null;

/** The property with exactly that name, otherwise the nested one that the parts of the name lead to. */
function propertyIn(properties: StoredEvent['properties'], name: string): unknown {
  const itself = properties?.[name];
  if (!isAbsent(itself) || !name.includes('.')) return itself;
  const inner = (value: unknown, key: string) =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  return name.split('.').reduce(inner, properties);
}

/** The value of a dimension other than time. */
function valueIn(event: StoredEvent, dimension: string): string | null {
  if (dimension === 'referrer') return referrerHost(event.referrer);
  if (dimension === 'session_id') return null;
  if (!dimension.startsWith('property:')) return event[dimension as 'path' | 'event_type' | 'profile_id' | 'user_id'];
  const value = propertyIn(event.properties, dimension.slice('property:'.length));
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  if (value === 1e21) return '1000000000000000000000';
  // Like jsonb, which writes lists and objects with a space after comma and colon.
  return typeof value === 'object' ? JSON.stringify(value).replaceAll(/([,:])/g, '$1 ') : JSON.stringify(value);
}

export function isMatch(event: StoredEvent, filter: Filter): boolean {
  if (filter.op === 'and') return filter.filters.every((inner) => isMatch(event, inner));
  if (filter.op === 'or') return filter.filters.some((inner) => isMatch(event, inner));
  if (filter.op === 'not') return !isMatch(event, filter.filter);
  const { op, dimension, values, ignoreCase } = filter as Condition;
  const value = valueIn(event, dimension);
  const isSet = value !== null && !(dimension === 'referrer' && value === 'direct');
  if (op === 'is_set' || op === 'is_not_set') return isSet === (op === 'is_set');
  const positive = op.replace(/_not$/, '');
  const fits = (expected: string | null) => {
    if (value === null || expected === null) return value === expected;
    const [whole, part] = ignoreCase ? [value.toLowerCase(), expected.toLowerCase()] : [value, expected];
    if (positive === 'is') return whole === part;
    if (positive === 'contains') return whole.includes(part);
    if (positive === 'starts_with') return whole.startsWith(part);
    if (positive === 'ends_with') return whole.endsWith(part);
    return new RegExp(expected, ignoreCase ? 'iu' : 'u').test(value);
  };
  return values.some(fits) !== op.endsWith('_not');
}

const round = (numerator: number, denominator: number) =>
  denominator === 0 ? null : Math.round((100 * numerator) / denominator) / 100;

const userCounts = new WeakMap<StoredEvent[], number>();

/** Computed once per list of events, because every group needs it. */
function userCount(events: StoredEvent[]): number {
  const known = userCounts.get(events);
  if (known !== undefined) return known;
  const users = new Set<string>();
  for (const { user_id } of events) if (user_id !== null) users.add(user_id);
  userCounts.set(events, users.size);
  return users.size;
}

function metric(name: Metric, events: StoredEvent[], all: StoredEvent[]): number | null {
  const ofType = (type: string) => events.filter((event) => event.event_type === type).length;
  if (name === 'events') return events.length;
  if (name === 'views') return ofType('view');
  if (name === 'visitors') return userCount(events);
  if (name === 'views_per_visitor') {
    const views = events.filter((event) => event.event_type === 'view' && event.user_id !== null);
    return round(views.length, userCount(views));
  }
  if (name === 'share') return round(100 * userCount(events), userCount(all));
  return ofType(name.slice('event:'.length));
}

/** Index of the event's bucket. */
const bucketOf = (event: StoredEvent, query: ResolvedQuery) =>
  query.buckets!.bounds.findLastIndex((bound) => event.timestamp >= bound);

type Key = (string | number | null)[];

function compareValues(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' ? a - Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return descending ? -order : order;
}

/** `totalRows` is the number of groups. */
export function naiveAnswer(events: StoredEvent[], query: ResolvedQuery): { rows: ResultRow[]; totalRows: number } {
  const { range, filter, dimensions, metrics, orderBy, buckets } = query;
  const all = events.filter(
    (event) => event.timestamp >= range.from && event.timestamp < range.to && (!filter || isMatch(event, filter)),
  );
  const groups = new Map<string, { key: Key; events: StoredEvent[] }>();
  const groupOf = (key: Key) => {
    const name = JSON.stringify(key);
    if (!groups.has(name)) groups.set(name, { key, events: [] });
    return groups.get(name)!;
  };
  if (dimensions.length === 0) groupOf([]);
  if (dimensions.length === 1 && buckets) for (const place of buckets.labels.keys()) groupOf([place]);
  const part = (event: StoredEvent, dimension: Dimension) =>
    dimension.startsWith('time:') ? bucketOf(event, query) : valueIn(event, dimension);
  for (const event of all) groupOf(dimensions.map((dimension) => part(event, dimension))).events.push(event);
  const order = (group: { key: Key; events: StoredEvent[] }, key: Metric | Dimension) => {
    const place = dimensions.indexOf(key as Dimension);
    return place >= 0 ? group.key[place]! : metric(key as Metric, group.events, all);
  };
  const orders = [...orderBy, ...dimensions.map((key) => ({ key, direction: 'asc' as const }))];
  const sorted = [...groups.values()].sort((a, b) => {
    for (const { key, direction } of orders) {
      const difference = compareValues(order(a, key), order(b, key), direction === 'desc');
      if (difference !== 0) return difference;
    }
    return 0;
  });
  const rows = sorted.slice(query.offset, query.offset + query.limit).map((group) => ({
    dimensions: group.key.map((value) => (typeof value === 'number' ? buckets!.labels[value]! : value)),
    metrics: metrics.map((name) => metric(name, group.events, all)),
  }));
  return { rows, totalRows: sorted.length };
}
