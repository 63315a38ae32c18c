/** Amounts by period and currency, newest first. */
import { formatBucket, numberFormat } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { Term } from '../parts/term.tsx';
import { defaultInterval } from '../top/interval.ts';
import { type RequestState, refreshNow } from '../use-request.ts';
import { view } from '../view.ts';

/** Formats an exact decimal; a dash for null. */
export function formatMoney(amount: string | number | null, currency: string): string {
  if (amount === null) return '–';
  // Passed as a string to keep every digit.
  const text = `${amount}` as `${number}`;
  try {
    return numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(text);
  } catch {
    return `${text} ${currency}`;
  }
}

/** The period of the datasets that suits the range. */
export function periodType(): 'day' | 'week' | 'month' {
  const unit = defaultInterval(view.value.range);
  if (unit === 'month') return 'month';
  return unit === 'day' ? 'week' : 'day';
}

export interface MoneyRow {
  period: string;
  currency: string;
  /** Already formatted. */
  cells: string[];
}

export const newestFirst = (a: MoneyRow, b: MoneyRow): number =>
  b.period.localeCompare(a.period) || a.currency.localeCompare(b.currency);

interface MoneyTableProps extends Omit<RequestState<unknown>, 'data'> {
  columns: string[];
  rows?: MoneyRow[] | undefined;
}

function Row({ row: { period, currency, cells } }: { row: MoneyRow }) {
  return (
    <tr>
      <th scope="row">
        <span class="cell">
          <span class="value">
            {formatBucket(period, periodType(), true)} <span class="faint">{currency}</span>
          </span>
        </span>
      </th>
      {cells.map((cell, at) => (
        <td key={at}>{cell}</td>
      ))}
    </tr>
  );
}

function Rows({ columns, rows, problem, isLoading }: MoneyTableProps) {
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (rows?.length === 0) return <p class="empty">{t('panel.empty')}</p>;
  return (
    <table aria-busy={isLoading} class={rows ? '' : 'waiting'}>
      <thead>
        <tr>
          <th scope="col">{textOr(`interval.${periodType()}`, periodType())}</th>
          {columns.map((name) => (
            <th scope="col" key={name}>
              <Term metric={name} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows?.map((row) => (
          <Row key={`${row.period} ${row.currency}`} row={row} />
        ))}
      </tbody>
    </table>
  );
}

export function MoneyTable(props: MoneyTableProps) {
  return (
    <div class="rows money">
      <Rows {...props} />
    </div>
  );
}
