/** Draws from lists and ranges of which a few values come often and most rarely. */
import type { Random } from '../create-random.js';

/** The n-th value is drawn n times as seldom as the first (Zipf's law, exponent 1): from 0 to count - 1. */
export const zipf = (random: Random, count: number) => Math.floor((count + 1) ** random()) - 1;

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

/** The first values often, the last rarely. */
export const pickSkewed = <Value>(random: Random, values: readonly Value[]): Value =>
  values[zipf(random, values.length)]!;
