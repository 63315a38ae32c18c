/** Where a range lies beside the present, as far as the first view needs it; move-range.ts knows more. */

const ended = new Set(['yesterday', 'last_week', 'last_month', 'last_quarter', 'last_year']);

/** Whether what happens now is part of the range. */
export function includesNow(range: string, today: string): boolean {
  const [from, to] = range.split(',');
  if (from && to) return from.slice(0, 10) <= today && to.slice(0, 10) >= today;
  return !ended.has(range);
}

/** Whether a range of the same length comes after it. */
export function hasLater(range: string, today: string): boolean {
  const [from, to] = range.split(',');
  return from && to ? to.slice(0, 10) < today : ended.has(range);
}

/** All of time has none before it, and the last minutes move by themselves. */
export const hasEarlier = (range: string): boolean => range !== 'all' && range !== 'realtime';
