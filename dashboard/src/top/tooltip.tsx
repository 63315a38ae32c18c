/** What the chart shows at the place of the mouse. */
import { formatBucket, formatMetric } from '../format.ts';
import { textOr } from '../i18n/text.ts';
import type { Series } from './series.ts';

export function Tooltip({ series: { points, metric, unit }, at, left }: { series: Series; at: number; left: number }) {
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
