/** Options → the events of all visits, day after day: one visit in memory at a time, however many days there are. */
import type { Event } from '@millrace/shared/contract/event-columns';
import { addDays } from '@millrace/shared/time/zone-days';
import { createRandom, type Random } from './create-random.js';
import { makeArrival, makeSpikeArrival } from './make-arrival.js';
import { makeBotVisit } from './make-bot-visit.js';
import { makeVisit } from './make-visit.js';
import { makeVisitor } from './make-visitor.js';
import { localDays, planDay, regularsOf, type Spike, type TrafficOptions } from './plan-day.js';
import { drawTimeOfDay } from './time-of-day.js';

/** Longer ago nobody has been here who comes again. */
export const LONGEST_ABSENCE_DAYS = 45;
/** How much more often the absences are short. */
const SHORT_ABSENCES = 2.5;
const DAY_MS = 86_400_000;

/** The events of one visit, and of what follows from it. */
export interface TrafficVisit {
  /** `YYYY-MM-DD` where the visitor lives. */
  day: string;
  /** When the visitor comes for the first time; undefined for a bot. */
  firstDay: string | undefined;
  /** In the order of their times, but for what follows later. At least one. */
  events: Event[];
}

/** One of the visitors who come for the first time on a day. */
interface Who {
  firstDay: string;
  group: 'newcomer' | 'spike';
  index: number;
}

function visit(options: TrafficOptions, { firstDay, group, index }: Who, day: string, random: Random, spike?: Spike) {
  const visitor = makeVisitor(createRandom(options.seed, 'visitor', firstDay, group, index));
  const isReturn = firstDay !== day;
  const arrival = spike
    ? makeSpikeArrival(spike, random)
    : makeArrival({ day, isPhone: visitor.device === 'mobile', isReturn }, random);
  const startMs = drawTimeOfDay(day, visitor, random);
  const coming = { ...arrival, siteId: options.siteId, visitor, isReturn, startMs };
  return { day, firstDay, events: makeVisit(coming, random) };
}

function firstVisit(options: TrafficOptions, day: string, index: number, spike?: Spike): TrafficVisit {
  const group = spike ? 'spike' : 'newcomer';
  const random = createRandom(options.seed, group, day, index);
  return visit(options, { firstDay: day, group, index }, day, random, spike);
}

function returnVisit(options: TrafficOptions, day: string, index: number): TrafficVisit {
  const random = createRandom(options.seed, 'return', day, index);
  const absence = 1 + Math.floor((LONGEST_ABSENCE_DAYS - 1) * random() ** SHORT_ABSENCES);
  // Those with the lowest numbers come most often.
  const regular = Math.floor(regularsOf(options) * random() ** 2);
  return visit(options, { firstDay: addDays(day, -absence), group: 'newcomer', index: regular }, day, random);
}

function botVisit({ seed, siteId }: TrafficOptions, day: string, index: number): TrafficVisit {
  const random = createRandom(seed, 'bot', day, index);
  const startMs = Date.parse(day) + Math.floor(random() * DAY_MS);
  return { day, firstDay: undefined, events: makeBotVisit(siteId, startMs, random) };
}

/** Events outside of the range are among them: visits over its edges, and what follows later. */
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
