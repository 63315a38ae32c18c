/** All sites with their figures. Loads every page of the API, so that the whole list can be sorted and searched. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { useRetryCount } from '../use-resource.ts';

import type { SiteOverview } from './arrange-sites.ts';

interface Overview {
  sites: SiteOverview[];
  total: number;
}

export interface OverviewState extends Partial<Overview> {
  /** When it arrived, in milliseconds since 1970. */
  at?: number;
  problem?: unknown;
  /** Another range, or an incomplete list. */
  isLoading: boolean;
}

/** Small enough that the first sites appear quickly. */
const pageSize = 25;
/** Keeps the current visitors current. Longer lists would be too expensive to reload. */
const refreshEveryMs = 30_000;
const maxRefreshedSites = 100;

async function loadAll(range: string, signal: AbortSignal, take: (overview: Overview) => void): Promise<void> {
  const sites: SiteOverview[] = [];
  for (;;) {
    const query = new URLSearchParams({ date_range: range, limit: String(pageSize), offset: String(sites.length) });
    const page = await sendJson<Overview>(`/overview?${query}`, { signal });
    sites.push(...page.sites);
    const isWhole = page.sites.length === 0 || sites.length >= page.total;
    take({ sites: [...sites], total: isWhole ? sites.length : page.total });
    if (isWhole) return;
  }
}

/** Increments regularly while the page is visible and the list is short. */
function useTimer(total: number | undefined): number {
  const [count, setCount] = useState(0);
  const isShort = total !== undefined && total <= maxRefreshedSites;
  useEffect(() => {
    if (!isShort) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setCount((previous) => previous + 1);
    }, refreshEveryMs);
    return () => clearInterval(timer);
  }, [isShort]);
  return count;
}

export function useOverview(range: string): OverviewState {
  const [state, setState] = useState<OverviewState & { range?: string }>({ isLoading: true });
  const again = useTimer(state.total);
  const retries = useRetryCount(state.problem !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the two counters only trigger a reload.
  useEffect(() => {
    const controller = new AbortController();
    const take = ({ sites, total }: Overview) =>
      setState((previous) => {
        const isLoading = sites.length < total;
        // A complete list stays until the next one is complete.
        if (isLoading && previous.range === range && previous.sites?.length === previous.total) return previous;
        return { range, sites, total, isLoading, at: Date.now() };
      });
    loadAll(range, controller.signal, take).catch((problem: unknown) => {
      if (!controller.signal.aborted) setState((previous) => ({ ...previous, range, problem, isLoading: false }));
    });
    return () => controller.abort();
  }, [range, again, retries]);
  return { ...state, isLoading: state.isLoading || state.range !== range };
}
