/** The values at the position of the mouse or of the arrow keys. */
import { formatBucket, formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import type { Hovered, Series } from './series.ts';

/** A point as a sentence. */
function describePoint({ points, metric, unit }: Series, at: number): string {
  const point = points[at];
  if (!point) return '';
  const { label, value, earlier } = point;
  const now = `${formatBucket(label, unit)}: ${formatMetric(metric, value)} ${textOr(`metric.${metric}`, metric)}`;
  if (!earlier) return now;
  const before = { value: formatMetric(metric, earlier.value), when: formatBucket(earlier.label, unit) };
  return `${now}. ${t('chart.compared', before)}`;
}

function Tooltip({ series: { points, metric, unit }, at, left }: Hovered & { series: Series }) {
  const point = points[at];
  if (!point) return null;
  const { label, value, earlier } = point;
  return (
    <div class="tooltip" style={{ left: `${left}px` }} data-side={at > points.length / 2 ? 'before' : 'after'}>
      <p>{textOr(`metric.${metric}`, metric)}</p>
      <p>
        <strong>{formatMetric(metric, value)}</strong> {formatBucket(label, unit)}
      </p>
      {earlier && (
        <p class="faint">
          {formatMetric(metric, earlier.value)} {formatBucket(earlier.label, unit)}
        </p>
      )}
    </div>
  );
}

export interface ReadingProps {
  series: Series;
  hovered: Hovered | undefined;
  /** Moved by keyboard, so the values are also read aloud. */
  isRead: boolean;
}

export const ChartReading = ({ series, hovered, isRead }: ReadingProps) => (
  <>
    {hovered && <Tooltip series={series} {...hovered} />}
    <p class="unseen" aria-live="polite">
      {isRead && hovered ? describePoint(series, hovered.at) : ''}
    </p>
  </>
);
