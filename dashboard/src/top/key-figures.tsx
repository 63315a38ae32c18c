/** The key figures of the range; clicking one shows it on the chart. */

import { withDeferred } from '../deferred.ts';
import { formatMetric } from '../format.ts';
import { textOr } from '../i18n/text.ts';
import { Change } from '../parts/change.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Problem } from '../parts/problem.tsx';
import { useDefinition } from '../parts/term.tsx';
import { comparison } from '../scope.ts';
import { useQuery } from '../use-query.ts';
import { refreshNow } from '../use-request.ts';
import { changeView, view } from '../view.ts';

const keyMetrics = ['visitors', 'visits', 'views', 'views_per_visit', 'bounce_rate', 'visit_duration'];

interface FigureProps {
  metric: string;
  value: number | string | null | undefined;
  change: number | null | undefined;
}

function Figure({ metric, value, change }: FigureProps) {
  const { on, tip } = useDefinition(metric);
  return (
    <>
      <button type="button" aria-pressed={view.value.metric === metric} onClick={() => changeView({ metric })} {...on}>
        <span class="name">{textOr(`metric.${metric}`, metric)}</span>
        <strong>{value === undefined ? ' ' : formatMetric(metric, value, { isShort: true })}</strong>
        <Change metric={metric} change={change} />
      </button>
      {tip}
    </>
  );
}

const NothingHere = lazy(async () => (await withDeferred(import('./nothing-here.tsx'))).NothingHere);

export function KeyFigures() {
  const { data, problem, isLoading } = useQuery('top', { metrics: keyMetrics, include: comparison.value });
  const [row] = data?.results ?? [];
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  return (
    <>
      <div class="figures" aria-busy={isLoading}>
        {keyMetrics.map((metric, at) => (
          <Figure key={metric} metric={metric} value={row?.metrics[at]} change={row?.comparison?.change[at]} />
        ))}
      </div>
      {row?.metrics[0] === 0 && <NothingHere />}
    </>
  );
}
