/** The chosen metric over time: as a drawing, and as a sentence and a table for screen readers. */
import { useMemo } from 'preact/hooks';
import { isFirstViewLoaded, withDeferred } from '../deferred.ts';
import { formatBucket, formatMetric } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { lazy } from '../parts/lazy.tsx';
import { Problem } from '../parts/problem.tsx';
import { comparison } from '../scope.ts';
import { useQuery } from '../use-query.ts';
import { refreshNow } from '../use-request.ts';
import { view } from '../view.ts';
import { areAnnotationsOpen, useAnnotations } from './annotations.ts';
import { ChartBar } from './chart-bar.tsx';
import { defaultInterval } from './interval.ts';
import { Plot } from './plot.tsx';
import { type Series, seriesOf } from './series.ts';
import type { SeriesTableProps } from './series-table.tsx';

/** Describes the chart in a sentence. */
function summaryOf({ points, metric, unit }: Series): string {
  const counted = points.filter(({ value }) => value !== null);
  const name = textOr(`metric.${metric}`, metric);
  if (counted.length === 0) return t('chart.nothing', { metric: name });
  const highest = counted.reduce((best, point) => (point.value! > best.value! ? point : best));
  return t('chart.summary', {
    ...{ metric: name, first: formatBucket(points[0]!.label, unit), last: formatBucket(points.at(-1)!.label, unit) },
    ...{ highest: formatMetric(metric, highest.value), when: formatBucket(highest.label, unit) },
  });
}

const SeriesTable = lazy<SeriesTableProps>(async () => (await withDeferred(import('./series-table.tsx'))).SeriesTable);
const AnnotationsDialog = lazy(async () => (await withDeferred(import('./annotations-dialog.tsx'))).AnnotationsDialog);

export function Chart() {
  const { metric, interval } = view.value;
  const unit = interval ?? defaultInterval(view.value.range);
  const include = { time_labels: true, ...comparison.value };
  const { data, problem, isLoading } = useQuery('top', { metrics: [metric], dimensions: [`time:${unit}`], include });
  const series = useMemo(() => data && seriesOf(data), [data]);
  useAnnotations(data?.query);
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (!data || !series) return <div class="chart" aria-busy="true" />;
  const zone = data.query.timezone;
  return (
    <figure class="chart" aria-busy={isLoading}>
      <figcaption class="unseen">{summaryOf(series)}</figcaption>
      <ChartBar series={series} query={data.query} />
      <Plot series={series} zone={zone} />
      <div class="unseen">{isFirstViewLoaded.value && <SeriesTable series={series} zone={zone} />}</div>
      {areAnnotationsOpen.value && <AnnotationsDialog />}
    </figure>
  );
}
