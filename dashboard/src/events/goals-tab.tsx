/** All goals of the site with their conversions. Clicking one makes every panel show its conversions. */
import { formatMetric } from '../format.ts';
import { type Goal, goals, goalsProblem } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { percentOf } from '../panels/use-rows.ts';
import { Problem } from '../parts/problem.tsx';
import { Term } from '../parts/term.tsx';
import { siteUrl } from '../router.ts';
import { siteId } from '../scope.ts';
import { canEdit } from '../session.ts';
import { useQueries } from '../use-query.ts';
import { refreshNow } from '../use-request.ts';
import { changeView, view } from '../view.ts';

interface GoalRow {
  goal: Goal;
  conversions: number;
  events: number;
  /** Conversions in percent of all visitors in the range with the same filters; null without visitors. */
  rate: number | null;
  /** Sum of the value property, an exact decimal; null if there is none. */
  value: number | string | null;
}

const goalQuery = ({ filters, value_property: property }: Goal) => ({
  metrics: ['visitors', 'events', ...(property === null ? [] : [`sum:property:${property}`])],
  filters,
});

function useGoalRows(all: Goal[]) {
  const state = useQueries('goals', [{ metrics: ['visitors'] }, ...all.map(goalQuery)]);
  const [total, ...answers] = state.data ?? [];
  const visitors = Number(total?.results[0]?.metrics[0] ?? 0);
  const rows = answers.map(({ results }, at): GoalRow => {
    const [reached, events, value = null] = results[0]?.metrics ?? [];
    const conversions = Number(reached ?? 0);
    return { goal: all[at]!, conversions, events: Number(events ?? 0), rate: percentOf(conversions, visitors), value };
  });
  return { ...state, rows: rows.toSorted((a, b) => b.conversions - a.conversions) };
}

interface RowProps {
  row: GoalRow;
  most: number;
  hasValue: boolean;
}

function Row({ row: { goal, conversions, events, rate, value }, most, hasValue }: RowProps) {
  const isChosen = view.value.goal === goal.id;
  return (
    <tr>
      <th scope="row">
        <span class="bar" style={{ inlineSize: `${(100 * conversions) / most}%` }} />
        <span class="cell">
          <button
            type="button"
            class="value"
            aria-pressed={isChosen}
            title={goal.name}
            onClick={() => changeView({ goal: isChosen ? undefined : goal.id })}
          >
            {goal.name}
          </button>
        </span>
      </th>
      <td>{formatMetric('visitors', conversions, { isShort: true })}</td>
      <td>{formatMetric('events', events, { isShort: true })}</td>
      <td>{formatMetric('conversion_rate', rate)}</td>
      {hasValue && <td>{formatMetric('goal_value', value, { isShort: true })}</td>}
    </tr>
  );
}

function NoGoals() {
  return (
    <p class="empty">
      {t('goals.none')}{' '}
      {canEdit() && siteId.value && (
        <a href={siteUrl(siteId.value, 'settings')} data-page>
          {t('goals.make')}
        </a>
      )}
    </p>
  );
}

function GoalsTable({ all }: { all: Goal[] }) {
  const { rows, problem, isLoading, data } = useGoalRows(all);
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  const most = Math.max(1, ...rows.map(({ conversions }) => conversions));
  const hasValue = all.some(({ value_property: property }) => property !== null);
  return (
    <table aria-busy={isLoading} class={data ? '' : 'waiting'}>
      <thead>
        <tr>
          <th scope="col">{t('goals.column')}</th>
          {['conversions', 'events', 'conversion_rate', ...(hasValue ? ['goal_value'] : [])].map((metric) => (
            <th scope="col" key={metric}>
              <Term metric={metric} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.goal.id} {...{ row, most, hasValue }} />
        ))}
      </tbody>
    </table>
  );
}

export function GoalsTab() {
  if (goalsProblem.value) return <Problem problem={goalsProblem.value} again={refreshNow} />;
  if (!goals.value) return <div class="rows waiting" />;
  return <div class="rows">{goals.value.length === 0 ? <NoGoals /> : <GoalsTable all={goals.value} />}</div>;
}
