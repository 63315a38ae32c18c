/** The figures of the whole range; a click puts one on the chart. */
import { formatChange, formatMetric } from '../format.ts';
import { textOr } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { comparison } from '../scope.ts';
import { useAnswer } from '../use-answer.ts';
import { changeView, view } from '../view.ts';

export const keyMetrics = ['visitors', 'visits', 'views', 'views_per_visit', 'bounce_rate', 'visit_duration'];

/** More of these is worse. */
const lessIsBetter = new Set(['bounce_rate']);

function Change({ metric, change }: { metric: string; change: number | null | undefined }) {
  if (change === undefined || change === null) return null;
  const isGood = change === 0 ? undefined : change > 0 !== lessIsBetter.has(metric);
  return <span class={`change ${isGood === undefined ? '' : isGood ? 'good' : 'bad'}`}>{formatChange(change)}</span>;
}

export function KeyFigures() {
  const { answer, problem, isWaiting } = useAnswer('top', { metrics: keyMetrics, include: comparison.value });
  const [row] = answer?.results ?? [];
  if (problem) return <Problem problem={problem} />;
  return (
    <div class="figures" aria-busy={isWaiting}>
      {keyMetrics.map((metric, at) => (
        <button
          type="button"
          key={metric}
          aria-pressed={view.value.metric === metric}
          onClick={() => changeView({ metric })}
        >
          <span class="name">{textOr(`metric.${metric}`, metric)}</span>
          <strong>{row ? formatMetric(metric, row.metrics[at], { isShort: true }) : ' '}</strong>
          <Change metric={metric} change={row?.comparison?.change[at]} />
        </button>
      ))}
    </div>
  );
}
