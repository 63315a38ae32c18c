import { useGoalsOf } from '../goals.ts';
import { panels } from '../panels/panel-list.ts';
import { siteId } from '../scope.ts';
import { session } from '../session.ts';
import { useQuery } from '../use-query.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { lazy } from './lazy.tsx';
import { PanelCard } from './panel-card.tsx';

/** Shared links have no access to datasets, so no revenue either. */
function useHasPayments(): boolean {
  const isAvailable = siteId.value !== undefined && session.value?.auth !== 'share';
  const within = isAvailable ? { site_id: siteId.value!, date_range: 'all' } : undefined;
  const { data } = useQuery('revenue', isAvailable ? { metrics: ['event:payment'] } : undefined, within, {
    isStatic: true,
  });
  return Number(data?.results[0]?.metrics[0] ?? 0) > 0;
}

const RevenuePanel = lazy(async () => (await import('../revenue/revenue-panel.tsx')).RevenuePanel);

export function Panels() {
  useGoalsOf(siteId.value);
  const hasPayments = useHasPayments();
  return (
    <div class="panels">
      {panels.map((panel) => (
        <ErrorBoundary key={panel.name}>
          <PanelCard panel={panel} />
        </ErrorBoundary>
      ))}
      {hasPayments && (
        <ErrorBoundary>
          <RevenuePanel />
        </ErrorBoundary>
      )}
    </div>
  );
}
