/** Round numbers along an axis, from one at or below `lowest` to one at or above `highest`: about `count` steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(lowest: number, highest: number, count: number, isWhole: boolean): number[] {
  const span = highest - lowest;
  if (!(span > 0) || !Number.isFinite(span)) return [lowest, lowest + 1];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999)!;
  const step = isWhole ? Math.max(1, factor * power) : factor * power;
  if (!(step > 0)) return [lowest, highest];
  const first = Math.floor(lowest / step);
  const last = Math.ceil(highest / step - 1e-9);
  // Multiplied, not added up, so that 0.1 does not become 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
}
