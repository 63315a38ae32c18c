/** What every name of a query means. docs/query.md and the descriptions of the OpenAPI document are written from here. */
import type { FilterOperator } from '../query/filter-operators.js';
import type { ColumnDimension, Metric, PersonColumn, TimeUnit } from '../query/resolved-query.js';
import { allTime, dayPresets, lastDays, recentPresets } from './presets.js';
import type { ComparisonName, MatchName } from './query-names.js';

type PlainMetric = Exclude<Metric, `event:${string}`>;

/** An event is in scope when it lies in the range and in the row's bucket, has the row's values, and matches the filters. */
export const metricMeanings: Record<PlainMetric | 'event:<type>', string> = {
  events: 'Events in scope, of every type.',
  views: 'Events in scope of type `view`.',
  visitors: 'Different `user_id`s of the events in scope, of every type. Events without a `user_id` have none.',
  views_per_visitor:
    'Views in scope that have a `user_id`, divided by the different `user_id`s of these views; two decimals, null without such a view.',
  share:
    '`visitors` of the row in percent of the `visitors` of the whole range with the same filters and no dimensions; two decimals, null when there are none. Shares add up to more than 100 where a visitor is in several rows.',
  visits:
    'Visits that have an event in scope. A visit is a run of events of one `user_id` in which no two that follow each other are further apart than the `session_minutes` of the site (30), and no two carry different `session_id`s; another campaign does not end it. Midnight does not either: visits are looked at from a day before the range to a day after it.',
  bounce_rate:
    'Of the visits counted by `visits` those with one view and no other event that somebody did, in percent; two decimals, null without visits. Events of types `impression`, `ad_request`, `revenue`, `cost`, `refund`, `asset` and `request` are nothing that somebody did.',
  visit_duration:
    'Seconds from the first to the last event of a visit, the average of the visits counted by `visits`; two decimals, null without visits.',
  visit_duration_median: 'The same, the middle one, or half-way between the two in the middle.',
  views_per_visit:
    'Views of the visits counted by `visits`, divided by their number; two decimals, null without visits.',
  'event:<type>': 'Events in scope of that type.',
};

export const dimensionMeanings: Record<
  ColumnDimension | PersonColumn | 'entry_page' | 'exit_page' | 'visit:<dimension>' | 'property:<name>',
  string
> = {
  event_type: 'Type of the event.',
  path: 'Path of the event as it is stored.',
  referrer: 'Host that the visitor came from. Without one it is `direct`, and `is_set` is false.',
  profile_id: 'Profile that the event is about; null when it has none.',
  entry_page: 'Path of the first view of the visit that the event is part of; null without a view or a visit.',
  exit_page: 'Path of its last view.',
  'visit:<dimension>':
    'What `event_type`, `path`, `referrer`, `profile_id` or `property:<name>` is at the first event of the visit, such as `visit:referrer`.',
  user_id: 'User of the event; filters only.',
  session_id: 'Session of the event; filters only.',
  'property:<name>':
    'Text of the property; of numbers, booleans, lists and objects their JSON; null when it is absent or JSON null. `property:a.b` is the property of that name where there is one, else b within a.',
};

export const unitMeanings: Record<TimeUnit, string> = {
  minute: 'Minutes, named by their start and the offset of the zone.',
  hour: 'Hours of the clock, named by their start and the offset; an hour that the clock shows twice is two.',
  day: 'Days of the zone, of 23 to 25 hours where its clock changes.',
  week: 'Weeks from Monday, or from Sunday with `week_start`, named by their first day.',
  month: 'Months of the calendar, named by their first day.',
  quarter: 'Quarters from January, April, July and October, named by their first day.',
  year: 'Years, named by 1 January.',
  hour_of_day:
    'Hours 0 to 23 that the clock shows, over the whole range. An hour that the clock skips has fewer events, one that it shows twice has those of both. The values are strings, such as `"9"`.',
  day_of_week:
    'Days 1 (Monday) to 7 (Sunday), over the whole range. `week_start` changes their order, not their numbers, which are strings like all values of dimensions.',
};

/** How holes are filled. */
export const fillRule =
  'As the only dimension, time has a row for each bucket of the range (of `hour_of_day` all 24, of `day_of_week` all 7), with zeros where nothing happened, and null where a metric divides by them. Beside other dimensions there are only rows that have events. The first and the last bucket hold only what lies in the range.';

/** See `query/answer-bytes.ts`. */
export const sizeRule =
  'An answer whose rows have more than 32 MB together is refused: ask for fewer rows at a time, or for a shorter range.';

const absent = 'An event without a value does not fit.';
const denied = (operator: string) => `Events that \`${operator}\` does not match, those without a value included.`;
const decimal = 'of a property, compared as exact decimals';

export const operatorMeanings: Record<FilterOperator, string> = {
  is: 'The value is one of those given; null stands for no value.',
  is_not: denied('is'),
  contains: `The value has one of the given texts in it. ${absent}`,
  contains_not: denied('contains'),
  starts_with: `The value starts with one of the given texts. ${absent}`,
  starts_with_not: denied('starts_with'),
  ends_with: `The value ends with one of the given texts. ${absent}`,
  ends_with_not: denied('ends_with'),
  matches: `One of the given regular expressions of Postgres matches somewhere in the value. ${absent}`,
  matches_not: denied('matches'),
  greater: `The number is greater: ${decimal}. ${absent}`,
  greater_or_equal: `The number is greater or equal: ${decimal}. ${absent}`,
  less: `The number is less: ${decimal}. ${absent}`,
  less_or_equal: `The number is less or equal: ${decimal}. ${absent}`,
  between: `The number lies between two bounds, both included: ${decimal}. ${absent}`,
  is_set: 'There is a value; of `referrer` another one than `direct`.',
  is_not_set: denied('is_set'),
};

export const comparisonMeanings: Record<ComparisonName | '[from, to]', string> = {
  previous_period:
    'What the table of ranges says; of two dates as many days just before, of two instants as much time just before.',
  year_over_year:
    'What the table of ranges says; of two dates the same dates a year earlier (28 February for 29 February), of two instants as much time from when the clock showed the same a year earlier.',
  '[from, to]': 'These two dates or instants.',
};

export const matchMeanings: Record<MatchName, string> = {
  date: 'Days are compared by their place in the range or in the month.',
  weekday:
    'The earlier range is moved to the nearest whole number of weeks before that keeps it apart from the range (52 for a year), so that each day is compared with the same day of the week. Given dates are not moved: their days are paired by that distance.',
};

/** What `include` adds to an answer. */
export const includeMeanings = {
  total_rows: '`meta.total_rows` is the number of rows without `pagination`.',
  time_labels:
    '`meta.time_labels` lists the names of all buckets of the dimension of time, in order, also of those without a row.',
  names: 'In each row `dimensions` and `metrics` are objects by name, also under `comparison`.',
  comparison:
    '`comparison` of each row holds its counterpart, and `change` how much each metric has changed, in whole percent of the earlier value; null where the earlier value is 0 or either is null, and 0 where both are 0.',
};

/** How buckets find their counterpart. */
export const pairingRules = [
  'The row without a dimension of time is compared with the whole earlier range.',
  'Buckets are compared with the bucket that has the same place in the calendar: months with the month as many months earlier, quarters and years likewise, days with the day as many days earlier, or of the same number where the ranges are months or years apart, hours and minutes with the same time of the clock on that day (of an hour that comes twice the first with the first).',
  'Weeks are compared with whole weeks: a year apart those of the same ISO 8601 number (a week from Sunday has the number of its Monday), else as many weeks earlier as the ranges are apart. They may reach out of the earlier range.',
  'Where the unit does not divide the distance between the ranges, a range of one bucket is compared with the whole earlier range, and of several each with the one as many units earlier as come nearest to the distance and keep the ranges apart. These are whole, too: a month may reach out of the earlier range, though not out of two given dates.',
  'Given dates may also lie later than the range, or overlap it: buckets are then paired by the same rules with what lies as far ahead, or as far back. Where ranges overlap and the unit does not divide the distance, that is the nearest number of whole units, at least one.',
  'What the range cuts off the first and the last bucket is cut off their counterparts, too.',
  'What has no counterpart (29 February, the 31st, an hour that the clock skipped, week 53, time beyond two given dates but for the rest of a week) is compared with null, not with 0.',
  '`hour_of_day` and `day_of_week` are compared value by value.',
  'Totals are those of the two ranges as they are.',
  'The `share` of an earlier row is a percentage of the visitors of the earlier range. Where its buckets reach beyond that range, as whole weeks do, the visitors of the rest count as well, so that no bucket exceeds 100 %.',
];

export interface RangeMeaning {
  name: string;
  meaning: string;
  previous: string;
  yearBefore: string;
}

/** Every name of a range, with what it is compared with. */
export function rangeMeanings(): RangeMeaning[] {
  const table = { ...dayPresets, '7d, 28d, 30d, any number of days': lastDays(7), ...recentPresets, all: allTime };
  return Object.entries(table).map(([name, { meaning, previous, yearBefore }]) => ({
    name,
    meaning,
    previous,
    yearBefore,
  }));
}

/** How the queries of a batch belong together. */
export const batchRules = [
  '`filters` and `include` of a query are added to those of the batch. What a batch has beside `queries` is the same for all of them; `limit` and `offset` need no `pagination` around them.',
  'Each answer is what the query would get alone with the filters of both. One JSON object has them under `results` in the order of the queries, each with the `id` of its query if that has one.',
  'With `Accept: application/x-ndjson` each answer is a line of its own, sent as soon as it is ready, with the `index` of its query, from 0, and its `id`. The last line is `{"meta":...}`; when something fails after the first line, it is `{"error":...}`. An answer without a line `meta` is not whole.',
  'A problem of one query refuses all, before anything is read, and is named like `queries.3.metrics`.',
  'A batch about what segments hold is quickest with common filters: the events are selected once.',
];
