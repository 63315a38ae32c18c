/** The legend of the chart, the button for annotations, and the interval. */
import { t, textOr } from '../i18n/text.ts';
import type { QueryResult } from '../query-client.ts';
import { wallClock } from '../range/clock.ts';
import { formatDays } from '../range/range-name.ts';
import { canEdit } from '../session.ts';
import { changeView, type Interval, view } from '../view.ts';
import { annotations, openAnnotations } from './annotations.ts';
import { intervalsFor } from './interval.ts';
import type { Series } from './series.ts';

/** The local days that a span covers; its end is exclusive. */
function daysOf([from, to]: [string, string], zone: string): string {
  const dayAt = (instant: number) => wallClock(zone, instant).slice(0, 10);
  return formatDays(dayAt(Date.parse(from)), dayAt(Date.parse(to) - 1));
}

function comparedWith(compare: string | [string, string] | undefined): string {
  return typeof compare === 'string' ? textOr(`compare.${compare}`, compare) : t('compare.custom');
}

function Legend({ series: { points, metric }, query }: { series: Series; query: QueryResult['query'] }) {
  const { date_range: range, comparison_date_range: earlier, timezone, include } = query;
  return (
    <ul class="legend">
      <li>
        {textOr(`metric.${metric}`, metric)} <span class="faint">{daysOf(range, timezone)}</span>
      </li>
      {earlier && (
        <li class="dashed">
          {comparedWith(include.comparison)} <span class="faint">{daysOf(earlier, timezone)}</span>
        </li>
      )}
      {points.length > 1 && points.at(-1)?.isIncomplete && <li class="dotted">{t('chart.incomplete')}</li>}
    </ul>
  );
}

export function ChartBar({ series, query }: { series: Series; query: QueryResult['query'] }) {
  const fitting = intervalsFor(view.value.range);
  const unit = series.unit as Interval;
  const offered = fitting.includes(unit) ? fitting : [...fitting, unit];
  return (
    <div class="chart-bar">
      <Legend series={series} query={query} />
      {(canEdit() || annotations.value.length > 0) && (
        <button type="button" class="control" onClick={openAnnotations}>
          {t(canEdit() ? 'annotate' : 'annotations')}
        </button>
      )}
      <select
        class="control"
        aria-label={t('interval')}
        value={unit}
        onChange={(event) => changeView({ interval: event.currentTarget.value as Interval })}
      >
        {offered.map((name) => (
          <option key={name} value={name}>
            {t(`interval.${name}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
