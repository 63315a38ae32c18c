/** Waits for the first event of a site, and then has everything asked for. */
import { useEffect } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { live } from '../live/live-state.ts';
import type { Answer } from '../query-client.ts';
import { forgetAnswers, refreshes } from '../use-request.ts';
import { noteEmptiness } from './emptiness.ts';

const againEveryMs = 2_000;

function turn(siteId: string): void {
  forgetAnswers();
  noteEmptiness(siteId, false);
  refreshes.value += 1;
}

async function hasEvents(siteId: string, signal: AbortSignal): Promise<boolean> {
  const body = { site_id: siteId, metrics: ['events'], date_range: 'all', include_bots: true };
  const { results } = await sendJson<Answer>('/query', { method: 'POST', body, signal });
  return Number(results[0]?.metrics[0]) > 0;
}

/** The stream tells of what happens now, asking also of what is imported. */
export function useFirstEvent(siteId: string): void {
  const isSeen = (live.value?.events.length ?? 0) > 0;
  useEffect(() => {
    if (isSeen) return turn(siteId);
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      // Whatever is wrong, it is asked again.
      const has = !document.hidden && (await hasEvents(siteId, stopping.signal).catch(() => false));
      if (stopping.signal.aborted) return;
      if (has) turn(siteId);
      else wait();
    };
    const wait = () => {
      timer = setTimeout(look, againEveryMs);
    };
    wait();
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [siteId, isSeen]);
}
