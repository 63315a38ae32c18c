/** Loads a resource of the API that does not depend on the page's range. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from './api.ts';
import { refreshCount } from './use-request.ts';

export interface Resource<T> {
  value?: T | undefined;
  problem?: unknown;
  /** For use after a change. */
  reload: () => void;
}

/** Increments with each refresh, but only after a failure; data that is loaded or loading is left alone. */
export function useRetryCount(hasFailed: boolean): number {
  const [retries, setRetries] = useState(0);
  const refresh = refreshCount.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: retrying on the failure itself would never end.
  useEffect(() => {
    if (hasFailed) setRetries((count) => count + 1);
  }, [refresh]);
  return retries;
}

/** Loads nothing while `path` is undefined. Earlier data of the same path stays until the new arrives. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [state, setState] = useState<{ path?: string; value?: T; problem?: unknown }>({});
  const [again, setAgain] = useState(0);
  const retries = useRetryCount(state.problem !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the two counters only trigger a reload.
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    sendJson<T>(path, { signal: controller.signal }).then(
      (value) => setState({ path, value }),
      (problem: unknown) => {
        if (!controller.signal.aborted) setState({ path, problem });
      },
    );
    return () => controller.abort();
  }, [path, again, retries]);
  const { value, problem } = state.path === path ? state : {};
  return { value, problem, reload: () => setAgain((count) => count + 1) };
}
