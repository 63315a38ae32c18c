/** Many questions that are shown together, such as one for each goal: answered all, or not at all. */
import { useEffect, useState } from 'preact/hooks';
import { type Answer, ask, type Question } from './query-client.ts';
import { scope } from './scope.ts';
import { refreshes } from './use-answer.ts';

export interface AskedTogether {
  answers?: Answer[] | undefined;
  problem?: unknown;
  isWaiting: boolean;
}

/** About the page's range and filters. Earlier answers stay until the next are there, where there are as many. */
export function useAnswers(lane: string, questions: Question[] | undefined): AskedTogether {
  const within = scope.value;
  const key = questions && within ? JSON.stringify([within, questions]) : '';
  const refresh = refreshes.value;
  const [asked, setAsked] = useState<AskedTogether & { key: string }>({ key: '', isWaiting: true });
  useEffect(() => {
    if (!questions || !within) return;
    const stopping = new AbortController();
    Promise.all(questions.map((question) => ask(lane, within, question, stopping.signal)))
      .then((answers) => !stopping.signal.aborted && setAsked({ key, answers, isWaiting: false }))
      .catch((problem: unknown) => !stopping.signal.aborted && setAsked({ key, problem, isWaiting: false }));
    return () => stopping.abort();
  }, [key, lane, refresh]);
  if (asked.key === key) return asked;
  const answers = asked.answers?.length === questions?.length ? asked.answers : undefined;
  return { answers, isWaiting: key !== '' };
}
