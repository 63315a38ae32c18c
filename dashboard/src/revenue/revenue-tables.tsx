/** Payments and refunds of each period, and recurring revenue. */
import { sendJson } from '../api.ts';
import { formatNumber } from '../format.ts';
import { trackPending } from '../pending.ts';
import { scope } from '../scope.ts';
import { type RequestOptions, type RequestState, useRequest } from '../use-request.ts';
import { formatMoney, type MoneyRow, MoneyTable, newestFirst, periodType } from './money-table.tsx';

type DatasetRow = Record<string, string | number | null>;

/** More than the periods and currencies of several years. */
const mostRows = '10000';

/** The page's filters do not apply. */
function useDataset(
  id: string,
  parameters: Record<string, string>,
  options: RequestOptions = {},
): RequestState<DatasetRow[]> {
  const { site_id, date_range, timezone } = scope.value ?? {};
  const range = { site_id: site_id ?? '', date_range: String(date_range), ...(timezone && { timezone }) };
  const query = new URLSearchParams({ ...range, page_size: mostRows, ...parameters });
  const path = site_id ? `/datasets/${id}/rows?${query}` : '';
  return useRequest(
    path,
    async (signal) => (await trackPending(sendJson<{ rows: DatasetRow[] }>(path, { signal }))).rows,
    options,
  );
}

/** Joins the rows of each status into one row per period and currency. */
function rowsOf(rows: DatasetRow[]): MoneyRow[] {
  const groups = new Map<string, DatasetRow[]>();
  for (const row of rows) {
    const key = `${row.period} ${row.currency}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const found = [...groups.values()].map((group): MoneyRow => {
    const { period, currency } = group[0]!;
    const of = (status: string) => group.find((row) => row.status === status);
    return {
      ...{ period: String(period), currency: String(currency) },
      cells: [
        formatNumber(Number(of('succeeded')?.count ?? 0)),
        formatMoney(of('succeeded')?.sum ?? '0', String(currency)),
        formatMoney(of('refunded')?.sum ?? '0', String(currency)),
      ],
    };
  });
  return found.toSorted(newestFirst);
}

export function PaymentsTable() {
  const { data: rows, ...state } = useDataset('revenue-summary', { period_type: periodType() });
  return <MoneyTable columns={['payments', 'paid', 'refunded']} rows={rows && rowsOf(rows)} {...state} />;
}

const rowOf = ({ period_start, currency, total_revenue, mrr, mrr_churned }: DatasetRow): MoneyRow => ({
  ...{ period: String(period_start), currency: String(currency) },
  cells: [total_revenue, mrr, mrr_churned].map((amount) => formatMoney(amount ?? null, String(currency))),
});

export function RecurringTable() {
  const { data: rows, ...state } = useDataset('revenue', { period_type: periodType() }, { isStatic: true });
  const shown = rows?.map(rowOf).toSorted(newestFirst);
  return <MoneyTable columns={['net_revenue', 'mrr', 'mrr_churned']} rows={shown} {...state} />;
}
