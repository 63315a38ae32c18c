/** Random queries of every shape, in the engines' own terms. */
import { comparesNumbers, filterOperators, filterRules } from '@millrace/reporting/query/filter-operators';
import type {
  Condition,
  Dimension,
  Filter,
  Metric,
  NumberMetric,
  ResolvedQuery,
  TimeBuckets,
  TimeRange,
} from '@millrace/reporting/query/resolved-query';
import type { Random } from '@millrace/shared/testing/create-random';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { zones } from '../random-queries.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const columns = [
  ...(['event_type', 'path', 'referrer', 'profile_id'] as const),
  ...(['country', 'browser', 'hostname', 'query', 'utm_campaign', 'title'] as const),
];
const properties = [
  'property:plan',
  'property:amount',
  'property:list',
  'property:ok',
  'property:never',
  'property:rare-1',
] as const;
const numberMetrics: NumberMetric[] = [
  'sum:property:amount',
  'average:property:amount',
  'minimum:property:amount',
  'p50:property:amount',
  'p90:property:amount',
  'sum:property:plan',
  'maximum:property:plan',
  'p1:property:plan',
  'average:property:list',
  'maximum:property:never',
];
const metrics: Metric[] = [
  'events',
  'views',
  'visitors',
  'views_per_visitor',
  'share',
  'event:click',
  "event:it's; --",
  'event:never',
  'visits',
  'bounce_rate',
  'visit_duration',
  'visit_duration_median',
  'views_per_visit',
  ...numberMetrics,
];
const ofVisits = [
  'entry_page',
  'exit_page',
  'visit:referrer',
  'visit:path',
  'visit:property:plan',
  'visit:country',
] as const;
const texts = [
  '/',
  '/a',
  'view',
  'click',
  'direct',
  'news.example',
  'own.example',
  'profile-1',
  'DE',
  'Firefox',
  'old.example',
  'user-1',
  'pro',
  'Pro',
  '10',
  'ﬀ',
  '/ünï',
  '',
];

export function randomCondition(random: Random): Condition {
  const dimension = random.pick([
    ...columns,
    ...properties,
    ...columns,
    ...properties,
    'user_id',
    ...ofVisits,
  ] as Condition['dimension'][]);
  const isProperty = dimension.startsWith('property:');
  const op = random.pick(filterOperators.filter((name) => isProperty || !comparesNumbers(name)));
  const { takes } = filterRules[op];
  const pick = () => random.pick(texts);
  const values = {
    'texts or null': () => (random() < 0.2 ? [null, pick()] : [pick(), pick()]),
    texts: () => [random.pick(['a', '/', 'p', 'e', '1'])],
    patterns: () => [random.pick(['^/a', 'e$', '[0-9]', '(a|p)'])],
    number: () => [random.pick(['10', '0', '-3', '10.5'])],
    bounds: () => ['0', '10.5'],
    nothing: () => [],
  }[takes]();
  const mayIgnore = takes !== 'number' && takes !== 'bounds' && takes !== 'nothing';
  return { op, dimension, values, ...(mayIgnore && random() < 0.2 && { ignoreCase: true as const }) };
}

export function randomFilter(random: Random, conditionOf = randomCondition, depth = 0): Filter {
  const drawn = random();
  if (depth > 2 || drawn < 0.6) return conditionOf(random);
  const inner = () => randomFilter(random, conditionOf, depth + 1);
  if (drawn < 0.7) return { op: 'not', filter: inner() };
  const filters = Array.from({ length: 1 + random.below(3) }, inner);
  return { op: random() < 0.6 ? 'and' : 'or', filters };
}

export function randomRange(random: Random, now: Date): TimeRange {
  const step = random.pick([1, minute, 15 * minute, day]);
  const [from, to] = [random(), random()]
    .map((part) => now.getTime() - part * random.pick([day, 3 * day, 45 * day]))
    .sort((a, b) => a - b);
  const floor = (ms: number) => Math.floor(ms / step) * step;
  return { from: new Date(floor(from!)), to: new Date(floor(to!) + step) };
}

function buckets(random: Random, { from, to }: { from: Date; to: Date }): TimeBuckets {
  const zone = random.pick(zones);
  const bounds = [from];
  if (to.getTime() - from.getTime() < 2 * day) {
    const step = random.pick([hour, 15 * minute]);
    for (let ms = Math.floor(from.getTime() / step + 1) * step; ms < to.getTime(); ms += step)
      bounds.push(new Date(ms));
  } else {
    const days = random.pick([1, 7]);
    for (let next = addDays(dayOf(from, zone), 1); dayStart(next, zone) < to; next = addDays(next, days))
      bounds.push(dayStart(next, zone));
  }
  const all = [...bounds, to];
  if (random() < 0.2) {
    const labels = ['a', 'b', 'c'];
    return { unit: 'day_of_week', bounds: all, labels, places: bounds.map((_, place) => place % 3) };
  }
  if (random() < 0.2) {
    const offsets = bounds.map(() => random.pick([0, 19_800, -12_600, 3_600]));
    return { unit: 'hour_of_day', bounds: all, labels: Array.from({ length: 24 }, (_, at) => String(at)), offsets };
  }
  return { unit: 'day', bounds: all, labels: bounds.map((bound) => bound.toISOString()) };
}

export function randomQuery(
  random: Random,
  now: Date,
  siteId = 'demo',
  range = randomRange(random, now),
  filterOf: (random: Random) => Filter = randomFilter,
): ResolvedQuery {
  const picked = [
    ...new Set(
      Array.from({ length: random.below(4) }, () =>
        random.pick([...columns, ...properties, ...(random() < 0.3 ? ofVisits : [])]),
      ),
    ),
  ];
  const time = random() < 0.35 ? buckets(random, range) : undefined;
  const dimensions: Dimension[] = [...(time ? [`time:${time.unit}` as Dimension] : []), ...picked].slice(0, 4);
  const chosen = [...new Set(Array.from({ length: 1 + random.below(5) }, () => random.pick(metrics)))];
  const key = random.pick([...metrics, ...dimensions]);
  const orderBy = dimensions.length === 0 ? [] : [{ key, direction: random.pick(['asc', 'desc'] as const) }];
  return {
    siteId,
    timezone: 'UTC',
    range: range,
    metrics: chosen,
    dimensions,
    ...(time && { buckets: time }),
    ...(random() < 0.6 && { filter: filterOf(random) }),
    ...(random() < 0.15 && { includeBots: true as const }),
    orderBy,
    limit: random.pick([3, 10, 10_000]),
    offset: random.pick([0, 0, 2]),
    totalRows: random() < 0.5,
    timeLabels: false,
  };
}
