/** The points of the chart, for screen readers. */
import { formatBucket, formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import type { Interval } from '../view.ts';
import { annotations } from './annotations.ts';
import { byPoint } from './by-point.ts';
import type { Series } from './series.ts';

export interface SeriesTableProps {
  series: Series;
  zone: string;
}

export function SeriesTable({ series, zone }: SeriesTableProps) {
  const { points, metric, unit } = series;
  const happened = byPoint(series, annotations.value, zone);
  const isCompared = points.some(({ earlier }) => earlier);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t(`interval.${unit as Interval}`)}</th>
          <th scope="col">{textOr(`metric.${metric}`, metric)}</th>
          {isCompared && <th scope="col">{t('chart.earlier')}</th>}
          {happened.size > 0 && <th scope="col">{t('annotations')}</th>}
        </tr>
      </thead>
      <tbody>
        {points.map(({ label, value, earlier }, at) => (
          <tr key={label}>
            <th scope="row">{formatBucket(label, unit)}</th>
            <td>{formatMetric(metric, value)}</td>
            {isCompared && <td>{earlier ? formatMetric(metric, earlier.value) : ''}</td>}
            {happened.size > 0 && (
              <td>
                {(happened.get(at) ?? []).map(({ kind, text }) => `${t(`annotation.${kind}`)}: ${text}`).join('; ')}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
