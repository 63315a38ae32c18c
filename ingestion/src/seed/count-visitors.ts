/** How many different visitors there are. */
import { addDays } from '@millrace/shared/time/zone-days';
import { LONGEST_ABSENCE_DAYS, type TrafficVisit } from './make-traffic.js';

/**
 * Takes visits, day after day, and returns the number of visitors so far, without bots. Only those are remembered who may come
 * again, so that it takes as much memory for ten years as for two months.
 */
export function createVisitorCount(): (visit: TrafficVisit) => number {
  const seen = new Map<string, Set<string>>();
  let today = '';
  let visitors = 0;
  function forget(): void {
    const gone = addDays(today, -LONGEST_ABSENCE_DAYS);
    for (const firstDay of seen.keys()) if (firstDay < gone) seen.delete(firstDay);
  }
  return ({ day, firstDay, events }) => {
    // What a server sends later has no user.
    const userId = events.find(({ user_id }) => user_id !== undefined)?.user_id;
    if (firstDay === undefined || userId === undefined) return visitors;
    if (day !== today) {
      today = day;
      forget();
    }
    const ofDay = seen.get(firstDay) ?? new Set();
    seen.set(firstDay, ofDay);
    const before = ofDay.size;
    visitors += ofDay.add(userId).size - before;
    return visitors;
  };
}
