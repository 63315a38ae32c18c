/** Ties questions to what is shown: asked again whenever they change, the earlier answer staying until the next one is there. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { isOffline } from './api.ts';
import { noteAnswer } from './empty/emptiness.ts';
import { type Answer, ask, type Question, type Scope } from './query-client.ts';
import { scope } from './scope.ts';

/** Grows by one whenever figures that may have changed are to be asked for again. */
export const refreshes = signal(0);

export interface Asked {
  answer?: Answer | undefined;
  problem?: unknown;
  /** The answer shown is that of an earlier question, or there is none yet. */
  isWaiting: boolean;
}

/** When the newest answer on the page came, what it was counted from, and the time zone of its days. */
export const newest = signal<{ at: number; source: string; zone: string } | undefined>(undefined);

/** Answers of questions asked before, so that Back shows them at once, while they are asked for again. */
const remembered = new Map<string, Answer>();
const rememberedAtMost = 300;

function remember(key: string, answer: Answer): void {
  remembered.delete(key);
  remembered.set(key, answer);
  if (remembered.size > rememberedAtMost) remembered.delete(remembered.keys().next().value!);
}

/** What one reader saw is not for the next. */
export const forgetAnswers = () => remembered.clear();

/** `question` undefined: nothing is asked. A question of a `within` of its own is not about the page's range and filters. */
export function useAnswer(
  lane: string,
  question: Question | undefined,
  within: Scope | undefined = scope.value,
): Asked {
  const key = question && within ? JSON.stringify([within, question]) : '';
  const refresh = refreshes.value;
  const [asked, setAsked] = useState<Asked & { key: string }>({ key: '', isWaiting: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all about question and scope.
  useEffect(() => {
    if (!question || !within) return;
    const stopping = new AbortController();
    const known = remembered.get(key);
    if (known) setAsked({ key, answer: known, isWaiting: false });
    ask(lane, within, question, stopping.signal)
      .then((answer) => {
        if (stopping.signal.aborted) return;
        remember(key, answer);
        noteAnswer(within.site_id, answer);
        newest.value = { at: answer.at, source: answer.meta.source, zone: answer.query.timezone };
        setAsked({ key, answer, isWaiting: false });
      })
      .catch((problem: unknown) => {
        // Earlier figures stay while nothing can be had; that is said once for the whole page.
        if (stopping.signal.aborted || isOffline(problem)) return;
        setAsked({ key, problem, isWaiting: false });
      });
    return () => stopping.abort();
  }, [key, lane, refresh]);
  return asked.key === key ? asked : { answer: asked.answer, isWaiting: key !== '' };
}
