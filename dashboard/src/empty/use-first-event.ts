/** Waits for the first event of a site, then reloads all figures. */
import { useEffect } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { live } from '../live/live-state.ts';
import type { QueryResult } from '../query-client.ts';
import { clearCache, refreshCount } from '../use-request.ts';
import { noteEmptiness } from './emptiness.ts';

const againEveryMs = 2_000;

function showFigures(siteId: string): void {
  clearCache();
  noteEmptiness(siteId, false);
  refreshCount.value += 1;
}

async function hasEvents(siteId: string, signal: AbortSignal): Promise<boolean> {
  const body = { site_id: siteId, metrics: ['events'], date_range: 'all', include_bots: true };
  const { results } = await sendJson<QueryResult>('/query', { method: 'POST', body, signal });
  return Number(results[0]?.metrics[0]) > 0;
}

/** The live stream reports new events; polling also finds imported ones. */
export function useFirstEvent(siteId: string): void {
  const isSeen = (live.value?.events.length ?? 0) > 0;
  useEffect(() => {
    if (isSeen) return showFigures(siteId);
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      // The next poll tries again after any failure.
      const has = !document.hidden && (await hasEvents(siteId, controller.signal).catch(() => false));
      if (controller.signal.aborted) return;
      if (has) showFigures(siteId);
      else wait();
    };
    const wait = () => {
      timer = setTimeout(look, againEveryMs);
    };
    wait();
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [siteId, isSeen]);
}
