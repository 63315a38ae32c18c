/** The few numbers that a reader should leave with, each with what it was in the period before. */

import type { DatasetContext } from '../datasets/dataset.js';
import { queryRows } from '../datasets/query-rows.js';
import { changeOf } from '../query/compare-periods.js';
import { toTimeRange } from '../query-request/resolve-span.js';
import { type Days, daysBefore } from './report-period.js';

export interface KeyFigure {
  name: string;
  title: string;
  /** Exact digits. */
  value: string;
  /** In the period before. */
  previous: string;
  /** In percent, a whole number; null where there was nothing before. */
  change: number | null;
  /** A currency. */
  unit?: string;
}

/** Where a read of figures begins: `range` and `days` are those of the report. */
export type FiguresContext = Pick<DatasetContext, 'client' | 'siteId' | 'timezone' | 'now' | 'reads'> & { days: Days };

/** The context of the engine for other days of the same read. */
export const contextOf = (context: FiguresContext, days: Days): DatasetContext => ({
  ...context,
  days,
  // Questions of the engine are counted in the zone of the report.
  siteTimezone: context.timezone,
  range: toTimeRange({ kind: 'days', ...days }, context.timezone),
});

const counted = [
  { name: 'views', title: 'Views', metric: 'views' },
  { name: 'visitors', title: 'Visitors', metric: 'visitors' },
  { name: 'events', title: 'Events', metric: 'events' },
  { name: 'signups', title: 'Sign-ups', metric: 'event:signup' },
];

async function countsOf(context: FiguresContext, days: Days): Promise<string[]> {
  const metrics = counted.map(({ metric }) => metric);
  const [row] = await queryRows(contextOf(context, days), { metrics, dimensions: [] });
  return metrics.map((_, place) => row?.[place] ?? '0');
}

const revenue = `/* reporting.reportRevenue */
select currency, sum(total_revenue)::text as revenue from revenue_aggregates
where site_id = $1 and period_type = 'day' and period_start >= $2 and period_start <= $3
group by currency having sum(payments + refunds) > 0 or sum(total_revenue) <> 0 order by currency collate "C"`;

/** Net of refunds, as the aggregation of days computed it, by currency. */
async function revenueOf({ client, siteId }: FiguresContext, { from, to }: Days): Promise<Map<string, string>> {
  const { rows } = await client.query<{ currency: string; revenue: string }>(revenue, [siteId, from, to]);
  return new Map(rows.map((row) => [row.currency, row.revenue]));
}

const figure = (name: string, title: string, value: string, previous: string, unit?: string): KeyFigure => ({
  name,
  title,
  value,
  previous,
  change: changeOf(Number(previous), Number(value)),
  ...(unit !== undefined && { unit }),
});

/** Sign-ups and revenue only where there are any, now or before. `client` is inside a transaction with one snapshot. */
export async function readKeyFigures(context: FiguresContext): Promise<KeyFigure[]> {
  const before = daysBefore(context.days);
  const [now, earlier] = [await countsOf(context, context.days), await countsOf(context, before)];
  const counts = counted.map(({ name, title }, place) => figure(name, title, now[place]!, earlier[place]!));
  const [money, earlierMoney] = [await revenueOf(context, context.days), await revenueOf(context, before)];
  const currencies = [...new Set([...money.keys(), ...earlierMoney.keys()])].sort();
  return [
    ...counts.filter(({ name, value, previous }) => name !== 'signups' || value !== '0' || previous !== '0'),
    ...currencies.map((currency) =>
      figure(
        `revenue_${currency}`,
        `Revenue (${currency})`,
        money.get(currency) ?? '0',
        earlierMoney.get(currency) ?? '0',
        currency,
      ),
    ),
  ];
}
