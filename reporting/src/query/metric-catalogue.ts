/** Every metric. Parser, planners, raw SQL, the OpenAPI document and docs/query.md are made from this list, so a new one begins here. */

export interface MetricEntry {
  name: string;
  /** Names of the Plausible Stats API v2 that mean it. */
  aliases?: readonly string[];
  /** In plain words, as Markdown. An event is in scope when it lies in the range and in the bucket, and matches the filters. */
  definition: string;
  /** Its value over the columns of a group in `read-raw.ts`; its name where that is a column. */
  sql?: string;
  /** Of metrics of visits: what it is over rows that are a visit each, with its `micros`, `is_bounce` and `visit_views`. */
  ofVisits?: string;
  /** Which different users it needs: those of all events in scope, or those of views. */
  users?: 'visitors' | 'viewers';
  /** Whether rollups tell it. */
  isRolledUp?: true;
  /** Null, not 0, where nothing happened. */
  isNullable?: true;
}

export const metrics = [
  { name: 'events', definition: 'Events in scope, of every type.', isRolledUp: true },
  { name: 'views', aliases: ['pageviews'], definition: 'Events in scope of type `view`.', isRolledUp: true },
  {
    name: 'visitors',
    definition: 'Different `user_id`s of the events in scope, of every type. Events without a `user_id` have none.',
    users: 'visitors',
    isRolledUp: true,
  },
  {
    name: 'views_per_visitor',
    definition:
      'Views in scope that have a `user_id`, divided by the different `user_id`s of these views; two decimals, null without such a view.',
    sql: 'round(views_of_users::numeric / nullif(viewers, 0), 2)',
    users: 'viewers',
    isNullable: true,
  },
  {
    name: 'share',
    aliases: ['percentage'],
    definition:
      '`visitors` of the row in percent of the `visitors` of the whole range with the same filters and no dimensions; two decimals, null when there are none. Shares add up to more than 100 where a visitor is in several rows.',
    sql: 'round(100 * visitors::numeric / nullif(visitors_in_all, 0), 2)',
    users: 'visitors',
    isRolledUp: true,
    isNullable: true,
  },
  {
    name: 'visits',
    definition:
      'Visits that have an event in scope. A visit is a run of events of one `user_id`. It ends when the next event comes more than `session_minutes` of the site (30) later, or has another `session_id` than the last one of the visit; an event without one stays in it. A new campaign does not end it, and neither does midnight: a visit that reaches over an end of the range is followed for up to a day beyond it.',
    ofVisits: 'count(visit_no)',
  },
  {
    name: 'bounce_rate',
    definition:
      'Visits that consist of a single view, in percent of the visits counted by `visits`; two decimals, null without visits. Events of types `impression`, `ad_request`, `revenue`, `cost`, `refund`, `asset`, `request`, `engagement`, `not_found`, `web_vitals`, `identify`, `group` and `alias` are ignored here, since no visitor does them; any other event makes a visit more than a bounce.',
    ofVisits: 'round(100.0 * count(visit_no) filter (where is_bounce) / nullif(count(visit_no), 0), 2)',
    isNullable: true,
  },
  {
    name: 'visit_duration',
    definition:
      'Seconds from the first to the last event of a visit, the average of the visits counted by `visits`; two decimals, null without visits.',
    ofVisits: 'round(sum(micros) / nullif(count(visit_no), 0) / 1000000, 2)',
    isNullable: true,
  },
  {
    name: 'visit_duration_median',
    definition: 'The median of these durations; of an even number of visits the mean of the two in the middle.',
    ofVisits: 'round((percentile_cont(0.5) within group (order by micros::float8))::numeric / 1000000, 2)',
    isNullable: true,
  },
  {
    name: 'views_per_visit',
    definition: 'Views of the visits counted by `visits`, divided by their number; two decimals, null without visits.',
    ofVisits: 'round(sum(visit_views)::numeric / nullif(count(visit_no), 0), 2)',
    isNullable: true,
  },
] as const satisfies MetricEntry[];

/** Metrics that share a prefix; the rest of a name is a value. */
export interface MetricFamily extends Pick<MetricEntry, 'name' | 'definition' | 'isRolledUp' | 'isNullable'> {
  /** Of the numbers of a property: see `number-metrics.ts`. */
  isOfNumbers?: true;
  /** The source of a pattern. */
  prefix: string;
  /** What the rest is called, and how many characters it may have. */
  rest: { name: string; longest: number };
}

const ofNumbers = (name: string, definition: string, pattern = name) =>
  ({
    name: `${name}:property:<name>`,
    prefix: `${pattern}:property:`,
    rest: { name: 'name', longest: 128 },
    definition,
    isNullable: true,
    isOfNumbers: true,
  }) as const satisfies MetricFamily;

export const metricFamilies = [
  {
    name: 'event:<type>',
    prefix: 'event:',
    rest: { name: 'type', longest: 64 },
    definition: 'Events in scope of that type.',
    isRolledUp: true,
  },
  ofNumbers('sum', 'Sum of the property over the events in scope that have a number there.'),
  ofNumbers('average', 'This sum divided by how many numbers there are; six decimals, halves away from zero.'),
  ofNumbers('minimum', 'The smallest of these numbers.'),
  ofNumbers('maximum', 'The largest of these numbers.'),
  ofNumbers(
    'p50',
    'The median, and with any number from `p1` to `p99` that percentile, such as `p95:property:load_ms`: the smallest of these numbers such that at least that percentage of them are not greater (nearest rank, as `percentile_disc` of SQL).',
    'p[1-9][0-9]?',
  ),
] as const satisfies MetricFamily[];

export type PlainMetric = (typeof metrics)[number]['name'];
/** Measures of visits, counted once each where they have an event in scope. */
export type VisitMetric = Extract<(typeof metrics)[number], { ofVisits: string }>['name'];

const byName = new Map<string, MetricEntry>(metrics.map((entry) => [entry.name, entry]));
const byPrefix = metricFamilies.map((entry: MetricFamily) => ({ entry, prefix: new RegExp(`^(?:${entry.prefix})`) }));

/** The entry of a metric, or of its family; undefined for what is none, such as a dimension that rows are ordered by. */
export const metricEntry = (key: string): MetricEntry | undefined =>
  byName.get(key) ?? byPrefix.find(({ prefix }) => prefix.test(key))?.entry;

export const isVisitMetric = (key: string): key is VisitMetric => byName.get(key)?.ofVisits !== undefined;

/** The event type that a metric counts, if it is one. */
export function countedType(metric: string): string | undefined {
  if (metric === 'views') return 'view';
  return metric.startsWith('event:') ? metric.slice('event:'.length) : undefined;
}
