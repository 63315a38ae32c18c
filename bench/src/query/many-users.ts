/** Ten users who ask without pause. */
import { askKnown } from './ask-case.js';
import { mixedQuestion } from './mixed-questions.js';
import type { Letter } from './query-cases.js';

export interface UserTimes {
  ms: number[];
  seconds: number;
}

const users = 10;

/** Each begins elsewhere in the mix, and none asks what another asks at the same time. */
export async function measureUsers(reportingUrl: string, letters: Letter[], seconds: number): Promise<UserTimes> {
  const ms: number[] = [];
  const startedAt = performance.now();
  const now = Date.now();
  let turn = 0;
  async function askOn(): Promise<void> {
    while (performance.now() - startedAt < seconds * 1_000) {
      turn += 1;
      ms.push((await askKnown(reportingUrl, mixedQuestion(now, turn, letters))).ms);
    }
  }
  await Promise.all(Array.from({ length: users }, askOn));
  return { ms, seconds: (performance.now() - startedAt) / 1_000 };
}
