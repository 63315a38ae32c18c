/** A line as small as a word, and what it shows as a sentence. */
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';

const [width, height] = [100, 24];

export function Sparkline({ series }: { series: readonly number[] }) {
  const most = Math.max(1, ...series);
  const points = series.map(
    (value, at) => `${(width * at) / Math.max(1, series.length - 1)},${height - 1 - ((height - 2) * value) / most}`,
  );
  return (
    <>
      <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {series.length > 1 && <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />}
        {series.length > 1 && <polyline points={points.join(' ')} />}
      </svg>
      <span class="unseen">
        {series.length > 0 &&
          t('sites.trend.said', {
            ...{ least: formatNumber(Math.min(...series)), most: formatNumber(Math.max(...series)) },
            last: formatNumber(series.at(-1)!),
          })}
      </span>
    </>
  );
}
