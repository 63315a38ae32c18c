import type { DatasetContext } from '../datasets/dataset.js';
import { queryRows } from '../datasets/query-rows.js';
import { changeOf } from '../query/compare-periods.js';
import { toTimeRange } from '../query-request/resolve-span.js';
import { type Days, daysBefore } from './report-period.js';

export interface KeyFigure {
  name: string;
  title: string;
  /** An exact decimal. */
  value: string;
  /** The value in the previous period. */
  previous: string;
  /** In whole percent. Null if the previous value is 0. */
  change: number | null;
  /** The currency. */
  unit?: string;
}

export type FiguresContext = Pick<DatasetContext, 'client' | 'siteId' | 'timezone' | 'now' | 'reads'> & { days: Days };

/** A dataset context for other days in the same snapshot. */
export const contextOf = (context: FiguresContext, days: Days): DatasetContext => ({
  ...context,
  days,
  // Makes the engine count in the time zone of the report.
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

/** Revenue by currency, net of refunds, from the daily aggregates. */
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

/** Leaves out sign-ups and revenue if there are none in either period. `client` must be in a snapshot transaction. */
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
