/** All panels of a site. */
import { useGoalsOf } from '../goals.ts';
import { useHasPayments } from '../panels/has-payments.ts';
import { panels } from '../panels/panel-list.ts';
import { siteId } from '../scope.ts';
import { Boundary } from './boundary.tsx';
import { onDemand } from './on-demand.tsx';
import { PanelCard } from './panel-card.tsx';

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
