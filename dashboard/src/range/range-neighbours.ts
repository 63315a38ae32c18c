/** Whether a range has neighbours, without the code that computes them (move-range.ts), which the first view does not load. */

const ended = new Set(['yesterday', 'last_week', 'last_month', 'last_quarter', 'last_year']);

/** Whether the range includes the present. */
export function includesNow(range: string, today: string): boolean {
  const [from, to] = range.split(',');
  if (from && to) return from.slice(0, 10) <= today && to.slice(0, 10) >= today;
  return !ended.has(range);
}

/** Whether there is a later range of the same length. */
export function hasLater(range: string, today: string): boolean {
  const [from, to] = range.split(',');
  return from && to ? to.slice(0, 10) < today : ended.has(range);
}

/** "All time" has nothing before it, and "last 30 minutes" moves by itself. */
export const hasEarlier = (range: string): boolean => range !== 'all' && range !== 'realtime';
