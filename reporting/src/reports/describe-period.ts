import type { Days } from './report-period.js';

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** Such as `1 to 7 June 2026`. Month and year appear once if both days share them. */
export function describePeriod({ from, to }: Days): string {
  const [first, last] = [partsOf(from), partsOf(to)];
  const whole = `${last.day} ${last.month} ${last.year}`;
  if (from === to) return whole;
  if (first.year !== last.year) return `${first.day} ${first.month} ${first.year} to ${whole}`;
  return first.month === last.month ? `${first.day} to ${whole}` : `${first.day} ${first.month} to ${whole}`;
}

function partsOf(text: string) {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  return { year, month: months[month - 1], day };
}
