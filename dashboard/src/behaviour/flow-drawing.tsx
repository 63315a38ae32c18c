/** Journeys as columns with ribbons between them, and as a table for screen readers. Clicking a node makes it the start. */
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { type Flow, type FlowLink, type FlowNode, type Journey, layOutFlow } from './flow.ts';

/** Of a column, and from one column to the next, in percent of the drawing. */
function widths(columns: number) {
  const column = 100 / (columns + (columns - 1) / 2);
  return { column, step: column * 1.5 };
}

function ribbon({ column, start, end }: FlowLink, columns: number): string {
  const { column: width, step } = widths(columns);
  const [left, right] = [column * step + width, (column + 1) * step];
  const middle = (left + right) / 2;
  const [startEnd, endEnd] = [start.top + start.height, end.top + end.height];
  return [
    `M${left} ${start.top} C${middle} ${start.top} ${middle} ${end.top} ${right} ${end.top}`,
    `L${right} ${endEnd} C${middle} ${endEnd} ${middle} ${startEnd} ${left} ${startEnd} Z`,
  ].join(' ');
}

interface NodeProps {
  node: FlowNode;
  left: number;
  width: number;
  onStart: (value: string) => void;
}

function Node({ node: { value, visits, top, height }, left, width, onStart }: NodeProps) {
  const style = {
    insetInlineStart: `${left}%`,
    inlineSize: `${width}%`,
    insetBlockStart: `${top}%`,
    blockSize: `${height}%`,
  };
  const content = (
    <>
      <span class="name">{value ?? t('journeys.others')}</span> <span class="count">{formatNumber(visits)}</span>
    </>
  );
  if (value === undefined) {
    return (
      <div class="flow-node others" style={style}>
        {content}
      </div>
    );
  }
  return (
    <button type="button" class="flow-node" style={style} title={value} onClick={() => onStart(value)}>
      {content}
    </button>
  );
}

function LinksTable({ links }: Pick<Flow, 'links'>) {
  const nameOf = ({ value }: FlowNode) => value ?? t('journeys.others');
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('journeys.step')}</th>
          <th scope="col">{t('journeys.from')}</th>
          <th scope="col">{t('journeys.to')}</th>
          <th scope="col">{t('metric.visits')}</th>
        </tr>
      </thead>
      <tbody>
        {links.map(({ column, from, to, visits }) => (
          <tr key={`${column} ${from.top} ${to.top}`}>
            <td>{column + 1}</td>
            <td>{nameOf(from)}</td>
            <td>{nameOf(to)}</td>
            <td>{formatNumber(visits)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Props {
  journeys: readonly Journey[];
  steps: number;
  onStart: (value: string) => void;
}

export function FlowDrawing({ journeys, steps, onStart }: Props) {
  const { columns, links } = layOutFlow(journeys, steps);
  const { column: width, step } = widths(steps);
  return (
    <ScrollBox label={t('journeys.flow')}>
      <div class="flow" style={{ minInlineSize: `${steps * 9}rem` }}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {links.map((link) => (
            <path key={`${link.column} ${link.from.top} ${link.to.top}`} d={ribbon(link, steps)} />
          ))}
        </svg>
        {columns.map((nodes, column) =>
          nodes.map((node) => (
            <Node key={`${column} ${node.value ?? ''}`} {...{ node, width, onStart, left: column * step }} />
          )),
        )}
      </div>
      <div class="unseen">
        <LinksTable links={links} />
      </div>
    </ScrollBox>
  );
}
