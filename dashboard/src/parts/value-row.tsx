/** A value with its metrics; clicking it filters the page. */
import { formatMetric, formatPercent } from '../format.ts';
import { t } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import type { PanelRow } from '../panels/use-rows.ts';
import { Change } from './change.tsx';
import { canOpen, chooseValue, excludeValue, prepareOpening } from './choose-value.ts';
import { valueName } from './value-name.ts';

export interface ValueRowProps {
  tab: Tab;
  row: PanelRow;
  metrics: readonly string[];
  /** The first metric of the top row, whose bar has the full width. */
  most?: number;
  /** Replaces the filter. */
  choose?: ((value: string) => void) | undefined;
}

function Value({ tab, row: { value }, choose }: ValueRowProps) {
  const name = valueName(tab.dimension, value);
  const isOpenable = canOpen(tab.dimension, value);
  const isPlain = choose !== undefined;
  const click = (event: MouseEvent) => (choose && value !== null ? choose(value) : chooseValue(event, tab, value));
  return (
    <>
      <button
        type="button"
        class="value"
        title={isPlain ? name : `${name}\n${t(isOpenable ? 'row.clicks.page' : 'row.clicks')}`}
        onClick={click}
        {...(isOpenable && { onPointerEnter: prepareOpening, onFocus: prepareOpening })}
      >
        {name}
      </button>
      {!isPlain && (
        <button
          type="button"
          class="leave-out"
          aria-label={t('row.leave_out.title', { value: name })}
          title={t('row.leave_out.title', { value: name })}
          onClick={() => excludeValue(tab, value)}
        />
      )}
    </>
  );
}

export function ValueRow(props: ValueRowProps) {
  const { row, metrics, most = 0 } = props;
  const { figures, share, change } = row;
  return (
    <tr>
      <th scope="row">
        {most > 0 && <span class="bar" style={{ inlineSize: `${(100 * Number(figures[0])) / most}%` }} />}
        <span class="cell">
          <Value {...props} />
        </span>
      </th>
      {metrics.map((metric, at) => (
        <td key={metric} {...(at === 0 && share !== undefined && { 'data-share': formatPercent(share) })}>
          {at === 0 && <Change metric={metric} change={change} />}
          {formatMetric(metric, figures[at], { isShort: true })}
        </td>
      ))}
    </tr>
  );
}
