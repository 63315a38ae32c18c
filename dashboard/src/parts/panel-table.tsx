/** The top values of a dimension; clicking one filters the page by it. */
import { t } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import { type PanelRows, rowKey, useRows } from '../panels/use-rows.ts';
import { refreshNow } from '../use-request.ts';
import { Problem } from './problem.tsx';
import { Term } from './term.tsx';
import { dimensionName } from './value-name.ts';
import { ValueRow, type ValueRowProps } from './value-row.tsx';

interface TableProps extends PanelRows, Pick<ValueRowProps, 'choose'> {
  tab: Tab;
}

function Head({ tab, metrics }: { tab: Tab; metrics: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{dimensionName(tab.dimension)}</th>
        {metrics.map((metric) => (
          <th scope="col" key={metric}>
            <Term metric={metric} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The container keeps the same height with and without rows. */
export function RowsTable({ tab, metrics, rows, problem, isLoading, choose }: TableProps) {
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (rows?.length === 0 && !isLoading) return <p class="empty">{t('panel.empty')}</p>;
  const most = Math.max(1, Number(rows?.[0]?.figures[0] ?? 0));
  return (
    <table aria-busy={isLoading} class={rows ? '' : 'waiting'}>
      <Head tab={tab} metrics={metrics} />
      <tbody>
        {rows?.map((row) => (
          <ValueRow key={rowKey(row)} {...{ tab, row, metrics, most, choose }} />
        ))}
      </tbody>
    </table>
  );
}

export function PanelTable({ tab, choose }: Pick<TableProps, 'tab' | 'choose'>) {
  return (
    <div class="rows">
      <RowsTable tab={tab} choose={choose} {...useRows(tab)} />
    </div>
  );
}
