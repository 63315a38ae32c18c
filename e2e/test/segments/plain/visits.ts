/** Visits by their definition in docs/query.md, and the value of an event in each dimension. */

import type { TimeRange } from '@millrace/reporting/query/resolved-query';
import type { ContextColumn } from '@millrace/shared/contract/event-columns';
import { isBetween, type PlainEvent, type PlainSite } from './events.js';

export interface PlainVisit {
  user: string;
  events: PlainEvent[];
}

export type VisitOf = ReadonlyMap<PlainEvent, PlainVisit>;

const dayMs = 86_400_000;

/** Whether an event belongs to the same visit as the events before it. */
function continuesVisit(visit: PlainVisit, event: PlainEvent, sessionMinutes: number): boolean {
  const last = visit.events.at(-1)!;
  if (event.micros - last.micros > sessionMinutes * 60_000_000) return false;
  return event.session === null || visit.events.every(({ session }) => session === null || session === event.session);
}

function findVisits({ events, sessionMinutes }: PlainSite, { from, to }: TimeRange): VisitOf {
  const around = { from: new Date(from.getTime() - dayMs), to: new Date(to.getTime() + dayMs) };
  const latest = new Map<string, PlainVisit>();
  const visitOf = new Map<PlainEvent, PlainVisit>();
  for (const event of events) {
    const { user } = event;
    if (user === null || !isBetween(event, around)) continue;
    let visit = latest.get(user);
    if (!visit || !continuesVisit(visit, event, sessionMinutes)) visit = { user, events: [] };
    visit.events.push(event);
    latest.set(user, visit);
    visitOf.set(event, visit);
  }
  return visitOf;
}

const found = new WeakMap<PlainSite, Map<string, VisitOf>>();

/** The visit of each event that has a user. Like the engine, ignores events more than a day before or after the range. */
export function plainVisits(site: PlainSite, range: TimeRange): VisitOf {
  const cached = found.get(site) ?? new Map<string, VisitOf>();
  found.set(site, cached);
  const name = JSON.stringify(range);
  const visitOf = cached.get(name) ?? findVisits(site, range);
  cached.set(name, visitOf);
  return visitOf;
}

export const viewsOf = ({ events }: PlainVisit): PlainEvent[] => events.filter((event) => event.event_type === 'view');

/** The value of an event in a dimension or in a column that can only be filtered by. */
export function valueIn(event: PlainEvent, dimension: string, visitOf: VisitOf): string | null {
  const visit = visitOf.get(event);
  if (dimension === 'entry_page') return visit ? (viewsOf(visit)[0]?.path ?? null) : null;
  if (dimension === 'exit_page') return visit ? (viewsOf(visit).at(-1)?.path ?? null) : null;
  if (dimension.startsWith('visit:')) {
    return visit ? valueIn(visit.events[0]!, dimension.slice('visit:'.length), visitOf) : null;
  }
  if (dimension.startsWith('property:')) return event.properties[dimension.slice('property:'.length)] ?? null;
  if (dimension === 'user_id') return event.user;
  if (dimension === 'session_id') return event.session;
  if (dimension in event.context) return event.context[dimension as ContextColumn] ?? null;
  return event[dimension as 'event_type' | 'path' | 'referrer' | 'profile_id'];
}
