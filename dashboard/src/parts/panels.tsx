/** All panels of a site. */

import { useGoalsOf } from '../goals.ts';
import { panels } from '../panels/panel-list.ts';
import { siteId } from '../scope.ts';
import { session } from '../session.ts';
import { useAnswer } from '../use-query.ts';
import { Boundary } from './error-boundary.tsx';
import { onDemand } from './lazy.tsx';
import { PanelCard } from './panel-card.tsx';

/** Behind a shared link there are no datasets, and so no revenue. */
function useHasPayments(): boolean {
  const isAsked = siteId.value !== undefined && session.value?.auth !== 'share';
  const within = isAsked ? { site_id: siteId.value!, date_range: 'all' } : undefined;
  const { answer } = useAnswer('revenue', isAsked ? { metrics: ['event:payment'] } : undefined, within, {
    isStill: true,
  });
  return Number(answer?.results[0]?.metrics[0] ?? 0) > 0;
}

const RevenuePanel = onDemand(async () => (await import('../revenue/revenue-panel.tsx')).RevenuePanel);

export function Panels() {
  useGoalsOf(siteId.value);
  const hasPayments = useHasPayments();
  return (
    <div class="panels">
      {panels.map((panel) => (
        <Boundary key={panel.name}>
          <PanelCard panel={panel} />
        </Boundary>
      ))}
      {hasPayments && (
        <Boundary>
          <RevenuePanel />
        </Boundary>
      )}
    </div>
  );
}
