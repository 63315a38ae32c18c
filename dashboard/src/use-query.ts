/** Questions about the figures of a site, asked again whenever they change. */
import { noteAnswer } from './empty/emptiness.ts';
import { type Answer, ask, type Question, type Scope } from './query-client.ts';
import { scope } from './scope.ts';
import { type Asked, type Asking, newest, useAsked } from './use-request.ts';

/** `question` undefined: nothing is asked. A question of a `within` of its own is not about the page's range and filters. */
export function useAnswer(
  lane: string,
  question: Question | undefined,
  within: Scope | undefined = scope.value,
  asking: Asking = {},
): Asked<Answer> {
  const key = question && within ? JSON.stringify([lane, within, question]) : '';
  return useAsked(
    key,
    async (signal) => {
      const answer = await ask(lane, within!, question!, signal);
      noteAnswer(within!.site_id, answer);
      newest.value = { at: answer.at, source: answer.meta.source, zone: answer.query.timezone };
      return answer;
    },
    asking,
  );
}

/** Many questions about the page's range and filters that are shown together: answered all, or not at all. */
export function useAnswers(lane: string, questions: Question[]): Asked<Answer[]> {
  const within = scope.value;
  const key = within ? JSON.stringify([lane, within, ...questions]) : '';
  const asked = useAsked(key, (signal) =>
    Promise.all(questions.map((question) => ask(lane, within!, question, signal))),
  );
  // Earlier answers are of use only where there are as many.
  return asked.answer?.length === questions.length ? asked : { ...asked, answer: undefined };
}
