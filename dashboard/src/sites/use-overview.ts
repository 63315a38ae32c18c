/** All sites with their figures, a page of the API after the other, so that they can be sorted and searched as a whole. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { useRetries } from '../use-resource.ts';

import type { SiteOverview } from './arrange-sites.ts';

interface Overview {
  sites: SiteOverview[];
  total: number;
}

export interface AskedOverview extends Partial<Overview> {
  /** When it came, in milliseconds since 1970. */
  at?: number;
  problem?: unknown;
  /** What is shown is of another range, or not all there yet. */
  isWaiting: boolean;
}

/** Few enough that the first are soon there. */
const limit = 25;
/** So that "now" stays true; of longer lists it costs too much. */
const againMs = 30_000;
const shortList = 100;

async function loadAll(range: string, signal: AbortSignal, take: (overview: Overview) => void): Promise<void> {
  const sites: SiteOverview[] = [];
  for (;;) {
    const query = new URLSearchParams({ date_range: range, limit: String(limit), offset: String(sites.length) });
    const page = await sendJson<Overview>(`/overview?${query}`, { signal });
    sites.push(...page.sites);
    const isWhole = page.sites.length === 0 || sites.length >= page.total;
    take({ sites: [...sites], total: isWhole ? sites.length : page.total });
    if (isWhole) return;
  }
}

/** Grows now and then while somebody looks at a list that is not long. */
function useTimer(total: number | undefined): number {
  const [count, setCount] = useState(0);
  const isShort = total !== undefined && total <= shortList;
  useEffect(() => {
    if (!isShort) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setCount((former) => former + 1);
    }, againMs);
    return () => clearInterval(timer);
  }, [isShort]);
  return count;
}

export function useOverview(range: string): AskedOverview {
  const [asked, setAsked] = useState<AskedOverview & { range?: string }>({ isWaiting: true });
  const again = useTimer(asked.total);
  const retries = useRetries(asked.problem !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the two numbers only say that it is to be asked again.
  useEffect(() => {
    const stopping = new AbortController();
    const take = ({ sites, total }: Overview) =>
      setAsked((former) => {
        const isWaiting = sites.length < total;
        // A list that is there in whole is not cut short until the next one is.
        if (isWaiting && former.range === range && former.sites?.length === former.total) return former;
        return { range, sites, total, isWaiting, at: Date.now() };
      });
    loadAll(range, stopping.signal, take).catch((problem: unknown) => {
      if (!stopping.signal.aborted) setAsked((former) => ({ ...former, range, problem, isWaiting: false }));
    });
    return () => stopping.abort();
  }, [range, again, retries]);
  return { ...asked, isWaiting: asked.isWaiting || asked.range !== range };
}
