/** Round after round of random queries, with progress: `npm run fuzz`. */
import { sumOf } from './check-answer.js';
import { runRound } from './run-round.js';

export interface FuzzOptions {
  /** Undefined: one round. */
  minutes: number | undefined;
  /** Seed of the first round. */
  seed: number;
}

const shown = (count: number) => count.toLocaleString('en');

/** Returns false after the first wrong answer. A round ends early when the time is up or it is stopped. */
export async function fuzz(
  { minutes, seed: first }: FuzzOptions,
  stopped: AbortSignal,
  write: (text: string) => void,
): Promise<boolean> {
  const endsAt = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000;
  const shouldContinue = () => !stopped.aborted && performance.now() < endsAt;
  let [total, ofSql] = [0, 0];
  for (let seed = first; shouldContinue() && (minutes !== undefined || seed === first); seed += 1) {
    write(`seed ${seed}: `);
    try {
      const counts = await runRound(seed, shouldContinue);
      total += sumOf(counts);
      ofSql += counts.ofSql;
      write(`${shown(sumOf(counts))} queries, ${shown(total)} in total\n`);
    } catch (error) {
      const { name, message, stack } = error as Error;
      write(
        `after ${shown(total)} queries in earlier rounds\n${name === 'DifferenceError' ? '' : `${stack}\n`}${message}\n`,
      );
      return false;
    }
  }
  write(`${shown(total)} queries, ${shown(ofSql)} of them also checked against plain SQL: no difference.\n`);
  return true;
}
