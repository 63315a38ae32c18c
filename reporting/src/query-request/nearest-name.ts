/** Levenshtein distance (V. I. Levenshtein, 1966): characters to insert, delete or replace. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (const [at, character] of [...left].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= right.length; to += 1) {
      const replaced = row[to - 1]! + (character === right[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[to]! + 1, next[to - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}

/** The closest of `names` that differs in at most every third character; undefined if there is none. */
export function nearestName(sent: string, names: readonly string[]): string | undefined {
  const longest = Math.max(...names.map(({ length }) => length));
  if (sent.length > 2 * longest) return undefined;
  const [nearest] = names
    .map((name) => ({ name, far: distance(sent.toLowerCase(), name) }))
    .filter(({ name, far }) => 3 * far <= name.length)
    .sort((a, b) => a.far - b.far);
  return nearest?.name;
}
