/** Turns calendar dates (`YYYY-MM-DD`) into the dates that months, weeks and years away are. */
const dayMs = 86_400_000;
const text = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The first of the month that lies `months` after the one of `day`, before it when negative. */
export function firstOfMonth(day: string, months = 0): string {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return text(Date.UTC(year, month - 1 + months, 1));
}

/** The Monday of the week of `day`. */
export function mondayOf(day: string): string {
  const ms = Date.parse(day);
  return text(ms - ((new Date(ms).getUTCDay() + 6) % 7) * dayMs);
}

/** The same date a year earlier; of 29 February, 28 February. */
export function yearBefore(day: string): string {
  const year = String(Number(day.slice(0, 4)) - 1);
  return year + (day.endsWith('-02-29') ? '-02-28' : day.slice(4));
}

/** Days from the first date to the second, both included. */
export const daysIn = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs + 1;
