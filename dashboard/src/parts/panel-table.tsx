/** The values of a dimension with most visitors; a click on one filters everything by it. */
import { formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import type { Question, Row } from '../query-client.ts';
import { useAnswer } from '../use-answer.ts';
import { addFilter, type Filter } from '../view.ts';
import { Problem } from './problem.tsx';
import { dimensionName, valueName } from './value-name.ts';

const rowsShown = 9;

export const questionOf = ({ dimension, metrics, filters = [], isSet }: Tab): Question => ({
  metrics: [...metrics],
  dimensions: [dimension],
  filters: [...filters, ...(isSet ? [['is_set', dimension]] : [])],
  order_by: [[metrics[0]!, 'desc']],
  limit: rowsShown,
});

function ValueRow({ tab, row, most }: { tab: Tab; row: Row; most: number }) {
  const [value = null] = row.dimensions;
  const name = valueName(tab.dimension, value);
  const filter: Filter = ['is', tab.dimension, [value]];
  return (
    <tr>
      <th scope="row">
        <span class="bar" style={{ inlineSize: `${(100 * Number(row.metrics[0])) / most}%` }} />
        <button type="button" title={name} onClick={() => addFilter(filter)}>
          {name}
        </button>
      </th>
      {tab.metrics.map((metric, at) => (
        <td key={metric}>{formatMetric(metric, row.metrics[at], { isShort: true })}</td>
      ))}
    </tr>
  );
}

export function PanelTable({ tab }: { tab: Tab }) {
  const { answer, problem, isWaiting } = useAnswer('panels', questionOf(tab));
  if (problem) return <Problem problem={problem} />;
  const rows = answer?.results ?? [];
  if (answer && rows.length === 0) return <p class="empty">{t('panel.empty')}</p>;
  const most = Math.max(1, Number(rows[0]?.metrics[0] ?? 0));
  return (
    <table aria-busy={isWaiting}>
      <thead>
        <tr>
          <th scope="col">{dimensionName(tab.dimension)}</th>
          {tab.metrics.map((metric) => (
            <th scope="col" key={metric}>
              {textOr(`metric.${metric}`, metric)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ValueRow key={String(row.dimensions[0])} tab={tab} row={row} most={most} />
        ))}
      </tbody>
    </table>
  );
}
