/** Net revenue and recurring revenue of each whole period, as they are computed every hour. */
import { formatMoney } from './format-money.ts';
import { type MoneyRow, MoneyTable, newestFirst, periodType } from './money-table.tsx';
import { type DatasetRow, useDataset } from './use-dataset.ts';

const rowOf = ({ period_start, currency, total_revenue, mrr, mrr_churned }: DatasetRow): MoneyRow => ({
  ...{ period: String(period_start), currency: String(currency) },
  cells: [total_revenue, mrr, mrr_churned].map((amount) => formatMoney(amount ?? null, String(currency))),
});

export function RecurringTable() {
  const { answer: rows, ...asked } = useDataset('revenue', { period_type: periodType() }, { isStill: true });
  const shown = rows?.map(rowOf).toSorted(newestFirst);
  return <MoneyTable columns={['net_revenue', 'mrr', 'mrr_churned']} rows={shown} {...asked} />;
}
