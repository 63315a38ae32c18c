/** Rows of datasets of money by their definition; decimals are in whole ten-millionths. */
import { dayIn, groupBy, inRange, instantOf, type NaiveRange, periods, type Rows } from './naive-datasets.js';
import * as money from './naive-money.js';
import type { SiteEvent } from './random-events.js';

const units = (text: string | null) => (text === null ? null : money.unitsOf(text));

export const costs = (range: NaiveRange): Rows =>
  inRange(range)
    .filter(({ event_type }) => event_type === 'cost')
    .map((event) => ({
      timestamp: instantOf(event.timestamp),
      event_id: event.event_id,
      category: money.nameIn(event, 'category'),
      feature: money.nameIn(event, 'feature'),
      amount: units(money.amountIn(event)),
      currency: money.currencyIn(event),
    }));

export function transactions(range: NaiveRange): Rows {
  const counted = money.countedOf(range.all);
  return inRange(range)
    .filter(({ event_type }) => event_type === 'payment' || event_type === 'refund')
    .map((event) => ({
      timestamp: instantOf(event.timestamp),
      event_id: event.event_id,
      kind: event.event_type,
      status: money.statusIn(event),
      counted: counted.has(event),
      amount: units(money.amountIn(event)),
      currency: money.currencyIn(event),
      transaction_id: money.nameIn(event, 'transaction_id'),
      refund_id: money.nameIn(event, 'refund_id'),
    }));
}

const statistics = (amounts: bigint[]) => ({
  count: amounts.length,
  mean: money.meanOf(amounts),
  min: money.sorted(amounts)[0]!,
  max: money.sorted(amounts).at(-1)!,
});

export function revenueSummary(range: NaiveRange, periodType: string): Rows {
  const counted = money.countedOf(range.all);
  const nameOf = (event: SiteEvent) =>
    JSON.stringify([
      periods[periodType]!(dayIn(range.zone, event.timestamp)),
      money.currencyIn(event),
      money.statusIn(event),
    ]);
  return groupBy(
    inRange(range).filter((event) => counted.has(event)),
    nameOf,
  ).map(([name, own]) => {
    const [period, currency, status] = JSON.parse(name);
    const amounts = own.map((event) => money.unitsOf(money.amountIn(event)!));
    const more = { sum: money.sumOf(amounts), median: money.medianOf(amounts) };
    return { period, currency, status, ...statistics(amounts), ...more };
  });
}

export function costAnalysis(range: NaiveRange, names: ('category' | 'feature')[]): Rows {
  const valid = inRange(range).filter(
    (event) => event.event_type === 'cost' && money.amountIn(event) !== null && money.currencyIn(event) !== null,
  );
  const rows = groupBy(valid, (event) =>
    JSON.stringify([money.currencyIn(event), ...names.map((name) => money.nameIn(event, name) ?? '')]),
  ).map(([name, own]) => {
    const [currency, ...group] = JSON.parse(name) as string[];
    const amounts = own.map((event) => money.unitsOf(money.amountIn(event)!));
    const named = Object.fromEntries(names.map((each, at) => [each, group[at]!]));
    return { currency: currency!, ...named, total: money.sumOf(amounts), ...statistics(amounts) };
  });
  return rows.sort((a, b) => (a.currency === b.currency ? (a.total > b.total ? -1 : a.total < b.total ? 1 : 0) : 0));
}
