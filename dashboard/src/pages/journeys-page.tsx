import { BehaviourPage } from '../behaviour/behaviour-page.tsx';
import { isComplete } from '../behaviour/condition.ts';
import { FlowDrawing } from '../behaviour/flow-drawing.tsx';
import { percentOrDash } from '../behaviour/funnel-drawing.tsx';
import { JourneysControls, startingAt } from '../behaviour/journeys-controls.tsx';
import { type JourneysAnswer, JourneysList } from '../behaviour/journeys-list.tsx';
import type { JourneysShape } from '../behaviour/shape.ts';
import { useBehaviour, useGoals } from '../behaviour/use-behaviour.ts';
import { useShape } from '../behaviour/use-shape.ts';
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { refreshNow } from '../use-request.ts';

/** The share of all visits that the listed journeys cover. */
function summaryOf({ journeys, total }: JourneysAnswer): string {
  const visits = journeys.reduce((sum, journey) => sum + journey.visits, 0);
  return t('journeys.summary', {
    ...{ count: journeys.length, visits: formatNumber(visits), total: formatNumber(total.visits) },
    percent: percentOrDash(total.visits === 0 ? null : (100 * visits) / total.visits),
  });
}

interface Props {
  shape: JourneysShape | undefined;
  onChange: (shape: JourneysShape) => void;
}

function JourneysResult({ shape, onChange }: Props) {
  const { data, problem, isLoading } = useBehaviour<JourneysAnswer>('journeys', shape);
  if (!shape) return <p class="empty">{t('condition.incomplete')}</p>;
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (!data) return <div class="waiting" aria-busy="true" />;
  const { journeys, query } = data;
  if (journeys.length === 0) return <p class="empty">{t('panel.empty')}</p>;
  const onStart = (value: string) => onChange(startingAt(shape, value));
  return (
    <div aria-busy={isLoading}>
      <p class="summary">{summaryOf(data)}</p>
      <FlowDrawing {...{ journeys, onStart, steps: query.steps }} />
      <JourneysList {...{ journeys, onStart }} />
    </div>
  );
}

export function JourneysPage() {
  const shaped = useShape('journeys');
  const goals = useGoals();
  const { shape } = shaped;
  const complete = shape !== undefined && [shape.start, shape.end].every((each) => !each || isComplete(each.filters));
  return (
    <BehaviourPage
      {...{ shaped, isComplete: complete }}
      editor={shape && <JourneysControls {...{ shape, goals, onChange: shaped.change }} />}
    >
      <JourneysResult {...{ shape: complete ? shape : undefined, onChange: shaped.change }} />
    </BehaviourPage>
  );
}
