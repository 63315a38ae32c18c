/** Longer keys are rare, and would fill the memory. */
const longestKey = 512;

/**
 * Memoizes `find`, which must be deterministic. Keeps between half of `most` and `most` of the latest results, in two generations of
 * which the older one is dropped as a whole: an LRU list is several times slower. A key that is a substring keeps its whole string in
 * memory.
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
