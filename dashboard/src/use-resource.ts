/** Asks the API for something that is not a question about the page's range, and says what came of it. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from './api.ts';
import { refreshCount } from './use-request.ts';

export interface Resource<T> {
  value?: T | undefined;
  problem?: unknown;
  /** Asks again, as after a change. */
  reload: () => void;
}

/** Grows with each refresh of the page's figures, but only while something has failed: what is there, or on its way, is left alone. */
export function useRetryCount(hasFailed: boolean): number {
  const [retries, setRetries] = useState(0);
  const refresh = refreshCount.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a failure alone asks nothing, which would go on for ever.
  useEffect(() => {
    if (hasFailed) setRetries((count) => count + 1);
  }, [refresh]);
  return retries;
}

/** `path` undefined: nothing is asked. The earlier value of the same path stays until the next one is there. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [state, setState] = useState<{ path?: string; value?: T; problem?: unknown }>({});
  const [again, setAgain] = useState(0);
  const retries = useRetryCount(state.problem !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the two numbers only say that it is to be asked again.
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
