/** Fields of a result that say nothing about work: how long it took, what was left out, and what only was read ahead. */
const routine = new Set(['ms', 'skipped', 'warmed']);

/** True for the result of a job that found nothing to do: all of its counts are 0 and all of its lists are empty. */
export function didNothing(result: unknown): boolean {
  if (typeof result === 'number') return result === 0;
  if (Array.isArray(result)) return result.length === 0;
  if (typeof result !== 'object' || result === null) return false;
  return Object.entries(result).every(([name, value]) => routine.has(name) || didNothing(value));
}
