/** Payments and refunds of each period. */
import { formatNumber } from '../format.ts';
import { formatMoney } from './format-money.ts';
import { type MoneyRow, MoneyTable, newestFirst, periodType } from './money-table.tsx';
import { type DatasetRow, useDataset } from './use-dataset.ts';

/** A row for each status becomes a row with a column for each. */
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
  const { answer: rows, ...asked } = useDataset('revenue-summary', { period_type: periodType() });
  return <MoneyTable columns={['payments', 'paid', 'refunded']} rows={rows && rowsOf(rows)} {...asked} />;
}
