/**
 * All metrics. The parser, the planners, raw SQL, the OpenAPI document and docs/query.md use this list, so a new metric starts
 * here.
 */

export interface MetricEntry {
  name: string;
  /** Its names in the Plausible Stats API v2. */
  aliases?: readonly string[];
  /** Markdown shown to API users. An event is in scope when it is in the range and the bucket, and matches the filters. */
  definition: string;
  /** Its expression over the columns of a group in `read-raw.ts`; absent when a column has its name. */
  sql?: string;
  /** For visit metrics: the expression over rows of one visit each, with columns `micros`, `is_bounce` and `visit_views`. */
  visitSql?: string;
  /** Which distinct users it counts: those of all events in scope, or those of views. */
  users?: 'visitors' | 'viewers';
  /** Whether rollups contain it. */
  isRolledUp?: true;
  /** Null rather than 0 when there are no events. */
  isNullable?: true;
}

export const metrics = [
  { name: 'events', definition: 'Events in scope, of any type.', isRolledUp: true },
  { name: 'views', aliases: ['pageviews'], definition: 'Events in scope of type `view`.', isRolledUp: true },
  {
    name: 'visitors',
    definition: 'Distinct `user_id`s of the events in scope, of any type. Events without a `user_id` are ignored.',
    users: 'visitors',
    isRolledUp: true,
  },
  {
    name: 'views_per_visitor',
    definition:
      'Views in scope with a `user_id`, divided by the distinct `user_id`s of those views; two decimals, null without such views.',
    sql: 'round(views_of_users::numeric / nullif(viewers, 0), 2)',
    users: 'viewers',
    isNullable: true,
  },
  {
    name: 'share',
    aliases: ['percentage'],
    definition:
      '`visitors` of the row as a percentage of the `visitors` of the whole range, with the same filters and no dimensions; two decimals, null without visitors. Shares add up to more than 100 when a visitor appears in several rows.',
    sql: 'round(100 * visitors::numeric / nullif(total_visitors, 0), 2)',
    users: 'visitors',
    isRolledUp: true,
    isNullable: true,
  },
  {
    name: 'visits',
    definition:
      'Visits with at least one event in scope. A visit is a sequence of events of one `user_id`. It ends when the next event comes more than the `session_minutes` of the site (30 by default) later, or has a different `session_id` from the last one in the visit; an event without a `session_id` stays in the visit. A new campaign does not end a visit, and neither does midnight: a visit that crosses an end of the range is followed for up to a day beyond it.',
    visitSql: 'count(visit_no)',
  },
  {
    name: 'bounce_rate',
    definition:
      'Percentage of the visits counted by `visits` that consist of a single view; two decimals, null without visits. Events of types `impression`, `ad_request`, `revenue`, `cost`, `refund`, `asset`, `request`, `engagement`, `not_found`, `web_vitals`, `identify`, `group` and `alias` are ignored here because they are not actions of the visitor; a visit with any other event is not a bounce.',
    visitSql: 'round(100.0 * count(visit_no) filter (where is_bounce) / nullif(count(visit_no), 0), 2)',
    isNullable: true,
  },
  {
    name: 'visit_duration',
    definition:
      'Average number of seconds from the first to the last event of the visits counted by `visits`; two decimals, null without visits.',
    visitSql: 'round(sum(micros) / nullif(count(visit_no), 0) / 1000000, 2)',
    isNullable: true,
  },
  {
    name: 'visit_duration_median',
    definition: 'Median of these durations; for an even number of visits, the mean of the middle two.',
    visitSql: 'round((percentile_cont(0.5) within group (order by micros::float8))::numeric / 1000000, 2)',
    isNullable: true,
  },
  {
    name: 'views_per_visit',
    definition:
      'Views in the visits counted by `visits`, divided by the number of visits; two decimals, null without visits.',
    visitSql: 'round(sum(visit_views)::numeric / nullif(count(visit_no), 0), 2)',
    isNullable: true,
  },
] as const satisfies MetricEntry[];

/** Metrics with a common prefix; the rest of the name is a parameter. */
export interface MetricFamily extends Pick<MetricEntry, 'name' | 'definition' | 'isRolledUp' | 'isNullable'> {
  /** Computed from the numeric values of a property; see `number-metrics.ts`. */
  isNumeric?: true;
  /** Regular expression that matches the prefix. */
  prefix: string;
  /** Name of the parameter, and its maximum length in characters. */
  rest: { name: string; longest: number };
}

const numberFamily = (name: string, definition: string, pattern = name) =>
  ({
    name: `${name}:property:<name>`,
    prefix: `${pattern}:property:`,
    rest: { name: 'name', longest: 128 },
    definition,
    isNullable: true,
    isNumeric: true,
  }) as const satisfies MetricFamily;

export const metricFamilies = [
  {
    name: 'event:<type>',
    prefix: 'event:',
    rest: { name: 'type', longest: 64 },
    definition: 'Events in scope of the given type.',
    isRolledUp: true,
  },
  numberFamily('sum', 'Sum of the property over the events in scope where it is a number.'),
  numberFamily('average', 'That sum divided by the count of those numbers; six decimals, rounded half away from zero.'),
  numberFamily('minimum', 'The smallest of those numbers.'),
  numberFamily('maximum', 'The largest of those numbers.'),
  numberFamily(
    'p50',
    'The median. `p1` to `p99` are the other percentiles, such as `p95:property:load_ms`: the smallest number such that at least that percentage of the numbers are less than or equal to it (nearest rank, like `percentile_disc` in SQL).',
    'p[1-9][0-9]?',
  ),
] as const satisfies MetricFamily[];

export type PlainMetric = (typeof metrics)[number]['name'];
/** Metrics over visits; a visit counts once in each group where it has an event in scope. */
export type VisitMetric = Extract<(typeof metrics)[number], { visitSql: string }>['name'];

const byName = new Map<string, MetricEntry>(metrics.map((entry) => [entry.name, entry]));
const byPrefix = metricFamilies.map((entry: MetricFamily) => ({ entry, prefix: new RegExp(`^(?:${entry.prefix})`) }));

/** The entry of a metric or of its family; undefined for anything else, such as a dimension in `order_by`. */
export const metricEntry = (key: string): MetricEntry | undefined =>
  byName.get(key) ?? byPrefix.find(({ prefix }) => prefix.test(key))?.entry;

export const isVisitMetric = (key: string): key is VisitMetric => byName.get(key)?.visitSql !== undefined;

/** The value of a metric when there are no events. */
export const emptyValueOf = (metric: string): 0 | null => (metricEntry(metric)?.isNullable ? null : 0);

/** The event type that a metric counts; undefined for other metrics. */
export function countedType(metric: string): string | undefined {
  if (metric === 'views') return 'view';
  return metric.startsWith('event:') ? metric.slice('event:'.length) : undefined;
}
