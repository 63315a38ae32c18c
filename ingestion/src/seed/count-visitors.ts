import { addDays } from '@millrace/shared/time/zone-days';
import { LONGEST_ABSENCE_DAYS, type TrafficVisit } from './make-traffic.js';

/**
 * Counts distinct visitors without bots. Visits must be in order of days. Only remembers visitors who may return, so that ten years
 * take as much memory as two months.
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
    // Later events of the server have no user.
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
