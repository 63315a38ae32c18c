/** How far users get in a funnel, computed from each event that can be its first step. */
import { eventRange, type Funnel } from '@millrace/reporting/funnel/funnel';
import { isBetween, type PlainEvent, type PlainSite } from './events.js';
import { filterFits } from './filter.js';
import { plainVisits, type VisitOf, valueIn } from './visits.js';

export interface PlainCounts {
  /** Users who reached each step. */
  users: number[];
  /** Their shortest times to each step, in microseconds, ascending; index 0 is empty. */
  times: number[][];
}

export interface PlainFunnel {
  whole: PlainCounts;
  /** Sorted by the JSON of the values. */
  groups: [value: string | null, counts: PlainCounts][];
}

/** An event and the steps it matches. */
interface Stepped {
  event: PlainEvent;
  matches: boolean[];
}

/** The last step reached by different events at one instant, one per step, from `step` on; steps count from 0. */
function serve(step: number, events: Stepped[]): number {
  const reached = events
    .filter(({ matches }) => matches[step])
    .map((chosen) =>
      serve(
        step + 1,
        events.filter((other) => other !== chosen),
      ),
    );
  return Math.max(step, ...reached);
}

/** Microseconds from this event, as the first step, to the earliest time of each step that is reached. */
function timesFrom(first: Stepped, events: Stepped[], windowMicros: number): number[] {
  const times = [0];
  const { micros: start } = first.event;
  const later = events.filter(({ event }) => event.micros >= start && event.micros <= start + windowMicros);
  for (const micros of new Set(later.map(({ event }) => event.micros))) {
    const instant = later.filter((each) => each !== first && each.event.micros === micros);
    const reached = serve(times.length, instant);
    while (times.length < reached) times.push(micros - start);
  }
  return times;
}

/** The shortest time to each step that a user reaches; empty without a first step. */
function fastestOf(events: Stepped[], { range, windowMs }: Funnel): number[] {
  const firsts = events.filter(({ event, matches }) => matches[0] && isBetween(event, range));
  const tries = firsts.map((first) => timesFrom(first, events, windowMs * 1_000));
  const reached = Math.max(0, ...tries.map(({ length }) => length));
  return Array.from({ length: reached }, (_, step) => Math.min(...tries.map((times) => times[step] ?? Infinity)));
}

function countUsers(fastest: number[][], steps: number): PlainCounts {
  const times = Array.from({ length: steps }, (_, step) => fastest.flatMap((each) => each[step] ?? []));
  const ascending = (list: number[]) => list.sort((a, b) => a - b);
  return {
    users: times.map(({ length }) => length),
    times: times.map((list, step) => (step === 0 ? [] : ascending(list))),
  };
}

/** Events of the funnel, by user or by visit. */
function eventsOf(site: PlainSite, funnel: Funnel, visitOf: VisitOf): Stepped[][] {
  const range = eventRange(funnel);
  const fits = filterFits(funnel.filter, visitOf);
  const steps = funnel.steps.map((step) => filterFits(step, visitOf));
  const lists = new Map<unknown, Stepped[]>();
  for (const event of site.events) {
    if (event.user === null || !isBetween(event, range) || !fits(event)) continue;
    const matches = steps.map((step) => step(event));
    const of = funnel.byVisit ? visitOf.get(event) : event.user;
    lists.set(of, [...(lists.get(of) ?? []), { event, matches }]);
  }
  return [...lists.values()];
}

export function countFunnelPlainly(site: PlainSite, funnel: Funnel): PlainFunnel {
  const { steps, breakdown, range } = funnel;
  const visitOf = plainVisits(site, eventRange(funnel));
  const byValue = new Map<string | null, number[][]>();
  const all: number[][] = [];
  for (const events of eventsOf(site, funnel, visitOf)) {
    const fastest = fastestOf(events, funnel);
    if (fastest.length === 0) continue;
    all.push(fastest);
    if (!breakdown) continue;
    const first = events.find(({ event, matches }) => matches[0] && isBetween(event, range))!;
    const value = valueIn(first.event, breakdown, visitOf);
    byValue.set(value, [...(byValue.get(value) ?? []), fastest]);
  }
  const groups = [...byValue].map(
    ([value, users]) => [value, countUsers(users, steps.length)] as [string | null, PlainCounts],
  );
  return { whole: countUsers(all, steps.length), groups: inOrder(groups) };
}

/** For answers whose groups are unordered. */
export const inOrder = (groups: PlainFunnel['groups']): PlainFunnel['groups'] =>
  groups.sort(([a], [b]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
