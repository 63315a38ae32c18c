/** A memory for answers that many events need again. */

/** Longer questions are rare, and would fill the memory. */
const longestKey = 512;

/**
 * `find` with its last answers in memory, at least half of `most` and at most all. It has to give the same answer each time. In two
 * halves, of which the older one goes as a whole: a list by last use takes several times as long to ask. A key that was cut out of a
 * longer text keeps all of that in memory.
 */
export function remember<Answer extends object | string>(
  most: number,
  find: (key: string) => Answer,
): (key: string) => Answer {
  const half = Math.ceil(most / 2);
  let [newer, older] = [new Map<string, Answer>(), new Map<string, Answer>()];

  function keep(key: string, answer: Answer): void {
    if (newer.size >= half) [newer, older] = [new Map(), newer];
    newer.set(key, answer);
  }

  return (key) => {
    const known = newer.get(key);
    if (known !== undefined) return known;
    const answer = older.get(key) ?? find(key);
    if (key.length <= longestKey) keep(key, answer);
    return answer;
  };
}
