/** Explains every name of a query. The source of docs/query.md, `GET /api/v1/definitions` and the descriptions in the OpenAPI document. */
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

/** Applies to all metrics over properties. */
export const numberRule = `As in filters such as \`greater\`, numbers are JSON numbers and strings of plain digits such as \`"12.50"\` or \`"-3"\`. All other values are ignored, as are events without the property. Each event counts once, with all of its digits. The results are exact decimals in strings, such as \`"1234.5"\`, \`"0"\` or \`"-3"\`, without an exponent or trailing zeros. They are null, even sums, where no matching event has a number. They sort as numbers, null last. A query may have up to ${queryLimits.numberMetrics} of these metrics.`;

/** When buckets without events get a row. */
export const fillRule =
  'If time is the only dimension, every bucket of the range has a row (all 24 of `hour_of_day`, all 7 of `day_of_week`), with 0 where there were no events, or null for metrics that would divide by 0 or have no number. With other dimensions, only rows with events are returned. The first and the last bucket contain only the events within the range.';

/** Enforced by `query/page-rows.ts`. */
export const sizeRule =
  'Answers with more than 32 MB of rows are refused: request fewer rows at a time, or a shorter range.';

const absent = 'Events without a value do not match.';
const denied = (operator: string) =>
  `Matches every event that \`${operator}\` does not match, including those without a value.`;
const decimal = 'Numbers are compared as exact decimals.';

export const operatorMeanings: Record<FilterOperator, string> = {
  is: 'The value is one of the given values; null stands for no value.',
  is_not:
    'Matches every event that `is` does not match. This includes events without a value, unless null is one of the values.',
  contains: `The value contains one of the given texts. ${absent}`,
  contains_not: denied('contains'),
  starts_with: `The value starts with one of the given texts. ${absent}`,
  starts_with_not: denied('starts_with'),
  ends_with: `The value ends with one of the given texts. ${absent}`,
  ends_with_not: denied('ends_with'),
  matches: `One of the given Postgres regular expressions matches somewhere in the value. ${absent}`,
  matches_not: denied('matches'),
  greater: `The property is a number greater than the given number. ${decimal} ${absent}`,
  greater_or_equal: `The property is a number greater than or equal to the given number. ${decimal} ${absent}`,
  less: `The property is a number less than the given number. ${decimal} ${absent}`,
  less_or_equal: `The property is a number less than or equal to the given number. ${decimal} ${absent}`,
  between: `The property is a number between the two bounds, inclusive. ${decimal} ${absent}`,
  is_set: 'There is a value; for `referrer`, a value other than `direct`.',
  is_not_set: 'There is no value; for `referrer`, the value is `direct`.',
};

export const comparisonMeanings: Record<ComparisonName | '[from, to]', string> = {
  previous_period:
    'For named ranges, see the table of ranges. For two dates, the same number of days right before; for two instants, the same length of time right before.',
  year_over_year:
    'For named ranges, see the table of ranges. For two dates, the same dates a year earlier (28 February for 29 February); for two instants, the same length of time from the same date and clock time a year earlier.',
  '[from, to]': 'The given dates or instants.',
};

export const matchMeanings: Record<MatchName, string> = {
  date: 'Days are compared by their position in the range or in the month.',
  weekday:
    'The earlier range is moved to the nearest whole number of weeks back that does not overlap the range (52 for a year), so each day is compared with the same day of the week. Given dates are not moved; their days are paired by that distance.',
};

export const botsRule =
  'Events of bots (those with a `bot`) are stored, but only count if `include_bots` is true. Visits are made up of all events.';

export const includeMeanings = {
  total_rows: '`meta.total_rows` is the number of rows before `pagination`.',
  time_labels: '`meta.time_labels` lists the labels of all time buckets in order, including those without a row.',
  names: '`dimensions` and `metrics` of each row are objects keyed by name, as they are under `comparison`.',
  comparison:
    '`comparison` of each row holds its earlier counterpart, and `change` the change of each metric in whole percent of the earlier value. It is null if the earlier value is 0 or either value is null, and 0 if both are 0. For a negative earlier value it is a percentage of the absolute value, so an increase is always positive. For metrics over properties it is computed from all digits, and null beyond 9,007,199,254,740,991 %.',
};

/** How each bucket finds its earlier counterpart. */
export const pairingRules = [
  'Without a time dimension, a row is compared with the whole earlier range.',
  'A bucket is compared with the one at the same position in the calendar: months, quarters and years with the one the same distance earlier; days with the day the same number of days earlier, or with the same day of the month if the ranges are months or years apart; hours and minutes with the same clock time on that day (if an hour occurs twice, the first with the first).',
  'Weeks are compared with whole weeks: with the same ISO 8601 week number if the ranges are a year apart (a week that starts on Sunday has the number of its Monday), otherwise with the week as many weeks earlier as the ranges are apart. They may reach beyond the earlier range.',
  'The distance between the ranges may not be a whole number of buckets, such as 10 days with months. A single bucket is then compared with the whole earlier range. With several buckets, the distance is rounded to the nearest whole number of buckets that keeps the ranges apart, and each bucket is compared with the whole bucket that far back: a month may reach beyond the earlier range, but not beyond two given dates.',
  'Given dates may also be later than the range or overlap it; the same rules then pair buckets that far ahead or back. If the ranges overlap and the distance is not a whole number of buckets, it is rounded to the nearest whole number, at least 1.',
  'If the range cuts off part of the first or last bucket, the same part of its counterpart is cut off.',
  'A bucket without a counterpart (29 February, the 31st, an hour that the clock skipped, week 53, time beyond two given dates except for the rest of a week) is compared with null, not with 0.',
  '`hour_of_day` and `day_of_week` are compared value by value, whatever the distance.',
  'Totals are of the two ranges as they are, without pairing.',
  'The `share` of an earlier row is a percentage of the visitors of the earlier range. If its buckets reach beyond that range, as whole weeks do, the visitors of the extra time are included, so no bucket exceeds 100 %.',
];

export interface RangeMeaning {
  name: string;
  meaning: string;
  previous: string;
  yearBefore: string;
}

export function rangeMeanings(): RangeMeaning[] {
  const table = { ...dayPresets, '7d, 28d, 30d, any number of days': lastDays(7), ...recentPresets, all: allTime };
  return Object.entries(table).map(([name, { meaning, previous, yearBefore }]) => ({
    name,
    meaning,
    previous,
    yearBefore,
  }));
}

/** How a batch combines its queries. */
export const batchRules = [
  'All fields next to `queries` apply to every query. The `filters` and `include` of a query are added to those of the batch. A query may have `limit` and `offset` without `pagination`.',
  'Each answer is the same as that of a single query with both sets of filters. The response is one JSON object with the answers under `results` in the order of the queries, each with the `id` of its query if it has one.',
  'With `Accept: application/x-ndjson` each answer is a separate line, sent as soon as it is ready, with the `index` of its query, from 0, and its `id`. The last line is `{"meta":...}`, or `{"error":...}` if something fails after the first line. A response without a `meta` line is incomplete.',
  'If one query is invalid, the whole batch is refused before anything is read. The error names the field, such as `queries.3.metrics`.',
  'A batch that segments can answer is fastest with shared filters, because the events are selected once.',
];
