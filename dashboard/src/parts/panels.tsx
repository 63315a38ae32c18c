/** All panels of a site. */
import { useGoalsOf } from '../goals.ts';
import { useHasPayments } from '../panels/has-payments.ts';
import { panels } from '../panels/panel-list.ts';
import { siteId } from '../scope.ts';
import { onDemand } from './on-demand.tsx';
import { PanelCard } from './panel-card.tsx';

const RevenuePanel = onDemand(async () => (await import('../revenue/revenue-panel.tsx')).RevenuePanel);

export function Panels() {
  useGoalsOf(siteId.value);
  const hasPayments = useHasPayments();
  return (
    <div class="panels">
      {panels.map((panel) => (
        <PanelCard key={panel.name} panel={panel} />
      ))}
      {hasPayments && <RevenuePanel />}
    </div>
  );
}
