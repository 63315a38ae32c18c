import { BehaviourPage } from '../behaviour/behaviour-page.tsx';
import { isComplete } from '../behaviour/condition.ts';
import { FunnelBreakdown } from '../behaviour/funnel-breakdown.tsx';
import { type FunnelAnswer, FunnelDrawing } from '../behaviour/funnel-drawing.tsx';
import { conditionName, FunnelEditor } from '../behaviour/funnel-editor.tsx';
import type { FunnelShape } from '../behaviour/shape.ts';
import { useBehaviour, useGoals } from '../behaviour/use-behaviour.ts';
import { useShape } from '../behaviour/use-shape.ts';
import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { refreshNow } from '../use-request.ts';

/** A step without a name gets one from its condition. */
const named = (shape: FunnelShape, goals: readonly Goal[]): FunnelShape => ({
  ...shape,
  steps: shape.steps.map((step, at) => {
    const name =
      step.name ?? (conditionName(step.filters, goals).slice(0, 100) || t('funnel.step', { number: at + 1 }));
    return { ...step, name };
  }),
});

function FunnelResult({ shape }: { shape: FunnelShape | undefined }) {
  const { data, problem, isLoading } = useBehaviour<FunnelAnswer>('funnel', shape);
  if (!shape) return <p class="empty">{t('funnel.incomplete')}</p>;
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (!data) return <div class="waiting" aria-busy="true" />;
  if (data.steps[0]!.users === 0) return <p class="empty">{t('funnel.empty', { step: data.steps[0]!.name })}</p>;
  return (
    <div aria-busy={isLoading}>
      <FunnelDrawing answer={data} />
      {data.query.breakdown && <FunnelBreakdown answer={data} by={data.query.breakdown} />}
    </div>
  );
}

export function FunnelsPage() {
  const shaped = useShape('funnel');
  const goals = useGoals();
  const { shape } = shaped;
  const complete = shape?.steps.every(({ filters }) => isComplete(filters)) ?? false;
  return (
    <BehaviourPage
      {...{ shaped, isComplete: complete }}
      editor={shape && <FunnelEditor {...{ shape, goals, onChange: shaped.change }} />}
    >
      <FunnelResult shape={complete && shape ? named(shape, goals) : undefined} />
    </BehaviourPage>
  );
}
