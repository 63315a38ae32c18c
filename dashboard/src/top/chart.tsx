/** The chosen figure over the range: drawn for those who see it, as a sentence and a table for those who do not. */
import { formatBucket, formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { comparison } from '../scope.ts';
import { useAnswer } from '../use-answer.ts';
import { type Interval, view } from '../view.ts';
import { defaultInterval } from './interval.ts';
import { Plot } from './plot.tsx';
import { type Series, seriesOf } from './series.ts';

/** What is seen in the chart at a glance. */
function summaryOf({ points, metric, unit }: Series): string {
  const known = points.filter(({ value }) => value !== null);
  const name = textOr(`metric.${metric}`, metric);
  if (known.length === 0) return t('chart.nothing', { metric: name });
  const highest = known.reduce((best, point) => (point.value! > best.value! ? point : best));
  return t('chart.summary', {
    ...{ metric: name, first: formatBucket(points[0]!.label, unit), last: formatBucket(points.at(-1)!.label, unit) },
    ...{ highest: formatMetric(metric, highest.value), when: formatBucket(highest.label, unit) },
  });
}

function SeriesTable({ points, metric, unit }: Series) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t(`interval.${unit as Interval}`)}</th>
          <th scope="col">{textOr(`metric.${metric}`, metric)}</th>
        </tr>
      </thead>
      <tbody>
        {points.map(({ label, value }) => (
          <tr key={label}>
            <th scope="row">{formatBucket(label, unit)}</th>
            <td>{formatMetric(metric, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Chart() {
  const { metric, interval } = view.value;
  const unit = interval ?? defaultInterval(view.value.range);
  const include = { time_labels: true, ...comparison.value };
  const { answer, problem, isWaiting } = useAnswer('top', { metrics: [metric], dimensions: [`time:${unit}`], include });
  if (problem) return <Problem problem={problem} />;
  if (!answer) return <div class="chart" aria-busy="true" />;
  const series = seriesOf(answer);
  return (
    <figure class="chart" aria-busy={isWaiting}>
      <figcaption class="unseen">{summaryOf(series)}</figcaption>
      <Plot series={series} />
      <div class="unseen">
        <SeriesTable {...series} />
      </div>
    </figure>
  );
}
