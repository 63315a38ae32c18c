/** Asks the API for what is shown, and says what came of it. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isOffline } from './api.ts';

/** Grows by one whenever figures that may have changed are to be asked for again. */
export const refreshCount = signal(0);
export const refreshNow = () => {
  refreshCount.value += 1;
};

/** When the newest answer on the page came, what it was counted from, and the time zone of its days. */
export const latestResult = signal<{ at: number; source: string; zone: string } | undefined>(undefined);

export interface RequestState<T> {
  data?: T | undefined;
  problem?: unknown;
  /** `answer` belongs to an earlier question, or is still missing. */
  isLoading: boolean;
}

/** Earlier answers, so that Back shows them at once, while they are asked for again. */
const cache = new Map<string, unknown>();
const maxCached = 300;

function cacheResult(key: string, result: unknown): void {
  cache.delete(key);
  cache.set(key, result);
  if (cache.size > maxCached) cache.delete(cache.keys().next().value!);
}

/** What one reader saw is not for the next. */
export const clearCache = () => cache.clear();

export interface RequestOptions {
  /** What does not change from minute to minute is asked again only after it has failed. */
  isStatic?: boolean;
}

/**
 * Asks whenever `key` changes, which says all about the question, and with each refresh; the earlier answer stays until the next one is
 * there. An empty key asks nothing.
 */
export function useRequest<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  { isStatic = false }: RequestOptions = {},
): RequestState<T> {
  const refresh = refreshCount.value;
  const appliedRefresh = useRef(refresh);
  const hasFailed = useRef(false);
  if (!isStatic || hasFailed.current) appliedRefresh.current = refresh;
  const [state, setState] = useState<RequestState<T> & { key: string }>({ key: '', isLoading: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all about the question.
  useEffect(() => {
    if (key === '') return;
    const controller = new AbortController();
    hasFailed.current = false;
    const cached = cache.get(key) as T | undefined;
    if (cached) setState({ key, data: cached, isLoading: false });
    load(controller.signal).then(
      (data) => {
        if (controller.signal.aborted) return;
        cacheResult(key, data);
        setState({ key, data, isLoading: false });
      },
      (problem: unknown) => {
        if (controller.signal.aborted) return;
        hasFailed.current = true;
        // Earlier figures stay while nothing can be had; that is said once for the whole page.
        if (!isOffline(problem)) setState({ key, problem, isLoading: false });
      },
    );
    return () => controller.abort();
  }, [key, appliedRefresh.current]);
  return state.key === key ? state : { data: state.data, isLoading: key !== '' };
}
