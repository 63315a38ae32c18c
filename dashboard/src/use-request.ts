/** Loads data for a component and caches it. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isOffline } from './api.ts';

/** Increments to reload all figures that may have changed. */
export const refreshCount = signal(0);
export const refreshNow = () => {
  refreshCount.value += 1;
};

/** When the latest result arrived, what it was computed from, and its time zone. */
export const latestResult = signal<{ at: number; source: string; zone: string } | undefined>(undefined);

export interface RequestState<T> {
  data?: T | undefined;
  problem?: unknown;
  /** `data` belongs to an earlier key, or is missing. */
  isLoading: boolean;
}

/** Earlier results. Back shows them at once while they are being reloaded. */
const cache = new Map<string, unknown>();
const maxCached = 300;

function cacheResult(key: string, result: unknown): void {
  cache.delete(key);
  cache.set(key, result);
  if (cache.size > maxCached) cache.delete(cache.keys().next().value!);
}

/** For the next user, who may see less. */
export const clearCache = () => cache.clear();

export interface RequestOptions {
  /** Reloaded only after a failure, for data that does not change from minute to minute. */
  isStatic?: boolean;
}

/**
 * Loads whenever `key` changes, which must identify the request, and with each refresh. Earlier data stays until the new
 * arrives. Loads nothing while `key` is empty.
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key identifies the request.
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
        // Offline, earlier figures stay; the offline note appears once for the whole page.
        if (!isOffline(problem)) setState({ key, problem, isLoading: false });
      },
    );
    return () => controller.abort();
  }, [key, appliedRefresh.current]);
  return state.key === key ? state : { data: state.data, isLoading: key !== '' };
}
