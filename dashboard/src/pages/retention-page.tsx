import { BehaviourPage } from '../behaviour/behaviour-page.tsx';
import { isComplete } from '../behaviour/condition.ts';
import { RetentionControls } from '../behaviour/retention-controls.tsx';
import { RetentionTable, type ReturnsAnswer } from '../behaviour/retention-table.tsx';
import type { RetentionShape } from '../behaviour/shape.ts';
import { useBehaviour, useGoals } from '../behaviour/use-behaviour.ts';
import { useShape } from '../behaviour/use-shape.ts';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { refreshNow } from '../use-request.ts';

function RetentionResult({ shape }: { shape: RetentionShape | undefined }) {
  const { data, problem, isLoading } = useBehaviour<ReturnsAnswer>('retention', shape);
  if (!shape) return <p class="empty">{t('condition.incomplete')}</p>;
  if (problem) return <Problem problem={problem} again={refreshNow} />;
  if (!data) return <div class="waiting" aria-busy="true" />;
  if (data.total.size === 0) return <p class="empty">{t('panel.empty')}</p>;
  return (
    <div aria-busy={isLoading}>
      <RetentionTable answer={data} />
      <p class="faint note">{t('retention.note')}</p>
    </div>
  );
}

export function RetentionPage() {
  const shaped = useShape('retention');
  const goals = useGoals();
  const { shape } = shaped;
  const complete =
    shape !== undefined && [shape.first, shape.returning].every((each) => !each || isComplete(each.filters));
  return (
    <BehaviourPage
      {...{ shaped, isComplete: complete }}
      editor={shape && <RetentionControls {...{ shape, goals, onChange: shaped.change }} />}
    >
      <RetentionResult shape={complete ? shape : undefined} />
    </BehaviourPage>
  );
}
