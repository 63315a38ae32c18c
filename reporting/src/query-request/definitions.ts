/** What every name of a query means, from the catalogues and beside them. docs/query.md and the descriptions of the OpenAPI document are written from here. */
import { dimensions, timeUnits } from '../query/dimension-catalogue.js';
import type { FilterOperator } from '../query/filter-operators.js';
import { metricFamilies, metrics } from '../query/metric-catalogue.js';
import { allTime, dayPresets, lastDays, recentPresets } from './presets.js';
import { type ComparisonName, type MatchName, queryLimits } from './query-names.js';

const definitionsOf = (entries: readonly { name: string; definition: string }[]): Record<string, string> =>
  Object.fromEntries(entries.map(({ name, definition }) => [name, definition]));

export const metricMeanings = definitionsOf([...metrics, ...metricFamilies]);
export const dimensionMeanings = definitionsOf(dimensions);
export const unitMeanings = definitionsOf(timeUnits);

/** What metrics over properties have in common. */
export const numberRule = `Numbers are what filters such as \`greater\` take for one: JSON numbers, and texts of plain digits such as \`"12.50"\` or \`"-3"\`. Everything else is left out, as are events without the property; each event counts once, with every digit. The values of these metrics are exact decimals as strings, such as \`"1234.5"\`, \`"0"\`, \`"-3"\`, without an exponent and without zeros at the end of the fraction. They are null, sums as well, where no event in scope has a number. Rows are ordered by them as numbers, null last. A query may have ${queryLimits.numberMetrics} of them.`;

/** How holes are filled. */
export const fillRule =
  'As the only dimension, time has a row for each bucket of the range (of `hour_of_day` all 24, of `day_of_week` all 7), with zeros where nothing happened, and null where a metric divides by them or has no number. Beside other dimensions there are only rows that have events. The first and the last bucket hold only what lies in the range.';

/** See `query/answer-bytes.ts`. */
export const sizeRule =
  'An answer whose rows have more than 32 MB together is refused: ask for fewer rows at a time, or for a shorter range.';

const absent = 'An event without a value does not fit.';
const denied = (operator: string) => `Events that \`${operator}\` does not match, those without a value included.`;
const decimal = 'Numbers are compared as exact decimals.';

export const operatorMeanings: Record<FilterOperator, string> = {
  is: 'The value is one of those given; null stands for no value.',
  is_not: 'Events that `is` does not match. Those without a value are among them, unless null is one of the values.',
  contains: `The value has one of the given texts in it. ${absent}`,
  contains_not: denied('contains'),
  starts_with: `The value starts with one of the given texts. ${absent}`,
  starts_with_not: denied('starts_with'),
  ends_with: `The value ends with one of the given texts. ${absent}`,
  ends_with_not: denied('ends_with'),
  matches: `One of the given regular expressions of Postgres matches somewhere in the value. ${absent}`,
  matches_not: denied('matches'),
  greater: `The property is a number greater than the given one. ${decimal} ${absent}`,
  greater_or_equal: `The property is a number greater than the given one, or equal to it. ${decimal} ${absent}`,
  less: `The property is a number less than the given one. ${decimal} ${absent}`,
  less_or_equal: `The property is a number less than the given one, or equal to it. ${decimal} ${absent}`,
  between: `The property is a number between two bounds, both included. ${decimal} ${absent}`,
  is_set: 'There is a value; of `referrer`, one other than `direct`.',
  is_not_set: 'There is no value; of `referrer`, it is `direct`.',
};

export const comparisonMeanings: Record<ComparisonName | '[from, to]', string> = {
  previous_period:
    'As the table of ranges in docs/query.md says; of two dates as many days just before, of two instants as much time just before.',
  year_over_year:
    'As the table of ranges in docs/query.md says; of two dates the same dates a year earlier (28 February for 29 February), of two instants as much time from when the clock showed the same a year earlier.',
  '[from, to]': 'These two dates or instants.',
};

export const matchMeanings: Record<MatchName, string> = {
  date: 'Days are compared by their place in the range or in the month.',
  weekday:
    'The earlier range is moved to the nearest whole number of weeks before that keeps it apart from the range (52 for a year), so that each day is compared with the same day of the week. Given dates are not moved: their days are paired by that distance.',
};

/** Whose events count. */
export const botsRule =
  'Events of bots (those with a `bot`) are kept, but do not count unless `include_bots` is true. Visits are made of all events.';

/** What `include` adds to an answer. */
export const includeMeanings = {
  total_rows: '`meta.total_rows` is the number of rows without `pagination`.',
  time_labels:
    '`meta.time_labels` lists the names of all buckets of the dimension of time, in order, also of those without a row.',
  names: 'In each row `dimensions` and `metrics` are objects by name, also under `comparison`.',
  comparison:
    '`comparison` of each row holds its counterpart, and `change` how much each metric has changed, in whole percent of the earlier value; null where the earlier value is 0 or either is null, and 0 where both are 0. Of an earlier value below 0 it is percent of its size, so that more is always above 0. Of metrics over properties it is computed from all digits, and null beyond 9,007,199,254,740,991 %.',
};

/** How buckets find their counterpart. */
export const pairingRules = [
  'The row without a dimension of time is compared with the whole earlier range.',
  'Buckets are compared with the bucket that has the same place in the calendar: months with the month as many months earlier, quarters and years likewise, days with the day as many days earlier, or of the same number where the ranges are months or years apart, hours and minutes with the same time of the clock on that day (of an hour that comes twice the first with the first).',
  'Weeks are compared with whole weeks: a year apart those of the same ISO 8601 number (a week from Sunday has the number of its Monday), else as many weeks earlier as the ranges are apart. They may reach out of the earlier range.',
  'The ranges may be a distance apart that is no whole number of buckets, such as 10 days with months. If the range has a single bucket, it is then compared with the whole earlier range. If it has several, the distance is rounded to the nearest whole number of buckets that keeps the ranges apart, and each bucket is compared with the one that far before it, as a whole: a month may reach beyond the earlier range, but not beyond two given dates.',
  'Given dates may also lie later than the range, or overlap it: buckets are then paired by the same rules with what lies as far ahead, or as far back. Where ranges overlap and the distance is no whole number of buckets, it is rounded to the nearest one, at least one bucket.',
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
  '`filters` and `include` of a query are added to those of the batch. All fields beside `queries` hold for each of them; `limit` and `offset` need no `pagination` around them.',
  'Each answer is what the query would get alone with the filters of both. One JSON object has them under `results` in the order of the queries, each with the `id` of its query if that has one.',
  'With `Accept: application/x-ndjson` each answer is a line of its own, sent as soon as it is ready, with the `index` of its query, from 0, and its `id`. The last line is `{"meta":...}`; when something fails after the first line, it is `{"error":...}`. An answer without a line `meta` is not whole.',
  'A problem of one query refuses all, before anything is read, and is named like `queries.3.metrics`.',
  'A batch about what segments hold is quickest with common filters: the events are selected once.',
];
