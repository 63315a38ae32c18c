/** Calendar days of a zone, and the instants that they span. */

export interface DayRange {
  siteId: string;
  /** First and last. */
  days: [string, string];
  timezone: string;
  /** Half-open. */
  from: string;
  to: string;
}

const dayMs = 86_400_000;
const offsets: Record<string, number> = { UTC: 0, 'Asia/Kolkata': 19_800_000 };

/** `count` days, the last of them that of `timeMs`. Dates rather than `30d`: all sides mean the same days however long the measure takes. */
export function lastDays(siteId: string, timeMs: number, count: number, timezone = 'UTC'): DayRange {
  const offset = offsets[timezone]!;
  const end = Math.floor((timeMs + offset) / dayMs) + 1;
  const dayOf = (number: number) => new Date(number * dayMs).toISOString().slice(0, 10);
  const instant = (number: number) => new Date(number * dayMs - offset).toISOString();
  return {
    siteId,
    days: [dayOf(end - count), dayOf(end - 1)],
    timezone,
    from: instant(end - count),
    to: instant(end),
  };
}
