/** Asks the API for what is shown, and says what came of it. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { isOffline } from './api.ts';

/** Grows by one whenever figures that may have changed are to be asked for again. */
export const refreshes = signal(0);
export const askAgain = () => {
  refreshes.value += 1;
};

/** When the newest answer on the page came, what it was counted from, and the time zone of its days. */
export const newest = signal<{ at: number; source: string; zone: string } | undefined>(undefined);

export interface Asked<T> {
  answer?: T | undefined;
  problem?: unknown;
  /** `answer` belongs to an earlier question, or is still missing. */
  isWaiting: boolean;
}

/** Earlier answers, so that Back shows them at once, while they are asked for again. */
const remembered = new Map<string, unknown>();
const rememberedAtMost = 300;

function remember(key: string, answer: unknown): void {
  remembered.delete(key);
  remembered.set(key, answer);
  if (remembered.size > rememberedAtMost) remembered.delete(remembered.keys().next().value!);
}

/** What one reader saw is not for the next. */
export const forgetAnswers = () => remembered.clear();

export interface Asking {
  /** What does not change from minute to minute is asked again only after it has failed. */
  isStill?: boolean;
}

/**
 * Asks whenever `key` changes, which says all about the question, and with each refresh; the earlier answer stays until the next one is
 * there. An empty key asks nothing.
 */
export function useAsked<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  { isStill = false }: Asking = {},
): Asked<T> {
  const refresh = refreshes.value;
  const turn = useRef(refresh);
  const hasFailed = useRef(false);
  if (!isStill || hasFailed.current) turn.current = refresh;
  const [asked, setAsked] = useState<Asked<T> & { key: string }>({ key: '', isWaiting: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all about the question.
  useEffect(() => {
    if (key === '') return;
    const stopping = new AbortController();
    hasFailed.current = false;
    const known = remembered.get(key) as T | undefined;
    if (known) setAsked({ key, answer: known, isWaiting: false });
    ask(stopping.signal).then(
      (answer) => {
        if (stopping.signal.aborted) return;
        remember(key, answer);
        setAsked({ key, answer, isWaiting: false });
      },
      (problem: unknown) => {
        if (stopping.signal.aborted) return;
        hasFailed.current = true;
        // Earlier figures stay while nothing can be had; that is said once for the whole page.
        if (!isOffline(problem)) setAsked({ key, problem, isWaiting: false });
      },
    );
    return () => stopping.abort();
  }, [key, turn.current]);
  return asked.key === key ? asked : { answer: asked.answer, isWaiting: key !== '' };
}
