/** Generates the events of all visits, day by day, with one visit in memory at a time. */

import type { Event } from '@millrace/shared/contract/event-columns';
import { dayMs } from '@millrace/shared/time/durations';
import { addDays } from '@millrace/shared/time/zone-days';
import { createRandom, type Random } from './create-random.js';
import { makeArrival, makeSpikeArrival } from './make-arrival.js';
import { makeBotVisit } from './make-bot-visit.js';
import { makeVisit } from './make-visit.js';
import { makeVisitor } from './make-visitor.js';
import { localDays, planDay, regularsOf, type Spike, type TrafficOptions } from './plan-day.js';
import { drawTimeOfDay } from './time-of-day.js';

/** Visitors do not return after a longer absence. */
export const LONGEST_ABSENCE_DAYS = 45;
/** Skew towards short absences. */
const SHORT_ABSENCES = 2.5;
/** The events of one visit and its later consequences. */
export interface TrafficVisit {
  /** `YYYY-MM-DD` where the visitor lives. */
  day: string;
  /** Day of the visitor's first visit; undefined for a bot. */
  firstDay: string | undefined;
  /** At least one. In chronological order, except for later events. */
  events: Event[];
}

/** Identifies a visitor by the day of the first visit. */
interface VisitorKey {
  firstDay: string;
  group: 'newcomer' | 'spike';
  index: number;
}

function visit(
  options: TrafficOptions,
  { firstDay, group, index }: VisitorKey,
  day: string,
  random: Random,
  spike?: Spike,
) {
  const visitor = makeVisitor(createRandom(options.seed, 'visitor', firstDay, group, index));
  const isReturn = firstDay !== day;
  const arrival = spike
    ? makeSpikeArrival(spike, random)
    : makeArrival({ day, isPhone: visitor.device === 'mobile', isReturn }, random);
  const startMs = drawTimeOfDay(day, visitor, random);
  const visitOptions = { ...arrival, siteId: options.siteId, visitor, isReturn, startMs };
  return { day, firstDay, events: makeVisit(visitOptions, random) };
}

function firstVisit(options: TrafficOptions, day: string, index: number, spike?: Spike): TrafficVisit {
  const group = spike ? 'spike' : 'newcomer';
  const random = createRandom(options.seed, group, day, index);
  return visit(options, { firstDay: day, group, index }, day, random, spike);
}

function returnVisit(options: TrafficOptions, day: string, index: number): TrafficVisit {
  const random = createRandom(options.seed, 'return', day, index);
  const absence = 1 + Math.floor((LONGEST_ABSENCE_DAYS - 1) * random() ** SHORT_ABSENCES);
  // Visitors with low numbers return most often.
  const regular = Math.floor(regularsOf(options) * random() ** 2);
  return visit(options, { firstDay: addDays(day, -absence), group: 'newcomer', index: regular }, day, random);
}

function botVisit({ seed, siteId }: TrafficOptions, day: string, index: number): TrafficVisit {
  const random = createRandom(seed, 'bot', day, index);
  const startMs = Date.parse(day) + Math.floor(random() * dayMs);
  return { day, firstDay: undefined, events: makeBotVisit(siteId, startMs, random) };
}

/** Includes events outside the range: visits across its ends, and later events. */
export function* makeTraffic(options: TrafficOptions): Generator<TrafficVisit> {
  for (const day of localDays(options)) {
    const { newcomers, returns, spike, bots } = planDay(day, options);
    for (let index = 0; index < newcomers; index += 1) yield firstVisit(options, day, index);
    for (let index = 0; index < returns; index += 1) yield returnVisit(options, day, index);
    for (let index = 0; index < (spike?.visits ?? 0); index += 1) yield firstVisit(options, day, index, spike);
    for (let index = 0; index < bots; index += 1) yield botVisit(options, day, index);
  }
}

/** How many visits {@link makeTraffic} makes. */
export function countVisits(options: TrafficOptions): number {
  const plans = localDays(options).map((day) => planDay(day, options));
  const counts = plans.map(({ newcomers, returns, spike, bots }) => newcomers + returns + (spike?.visits ?? 0) + bots);
  return counts.reduce((sum, count) => sum + count, 0);
}
