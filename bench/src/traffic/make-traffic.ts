import { createRandom, type Random } from './create-random.js';
import { createSessionMaker, type SessionMaker, type TrafficEvent } from './make-session.js';
import { type TrafficSite, trafficSites } from './traffic-sites.js';

export interface TrafficPlan {
  events: number;
  /** Half-open. */
  fromMs: number;
  untilMs: number;
  /** Default: all. */
  sites?: readonly TrafficSite[];
  /** Stores enrichments in columns, as since release 0.6, instead of in properties. */
  hasContext?: boolean;
  /** Default 1. */
  seed?: number;
}

/** Visits within a slot start in any order. */
const slotMs = 900_000;
const hourMs = 3_600_000;

interface Slot {
  fromMs: number;
  untilMs: number;
}

/** Relative traffic at a time: five times more in the afternoon than at night, and less at the weekend. */
function busyness(timeMs: number): number {
  const hour = (timeMs / hourMs) % 24;
  const weekday = new Date(timeMs).getUTCDay();
  const daily = 0.6 - 0.4 * Math.cos(((hour - 3) / 24) * 2 * Math.PI);
  return daily * (weekday === 0 || weekday === 6 ? 0.7 : 1);
}

function slotsOf({ fromMs, untilMs }: TrafficPlan): Slot[] {
  const slots: Slot[] = [];
  for (let start = fromMs; start < untilMs; ) {
    const end = Math.min(untilMs, (Math.floor(start / slotMs) + 1) * slotMs);
    slots.push({ fromMs: start, untilMs: end });
    start = end;
  }
  return slots;
}

const weightOf = (slot: Slot) => busyness(slot.fromMs) * (slot.untilMs - slot.fromMs);

/** Draws sites by their share. Bigger sites come first, which keeps the search short. */
function createSiteChooser(sites: readonly TrafficSite[], random: Random): () => SessionMaker {
  let upTo = 0;
  const makers = sites.map((site) => {
    upTo += site.share;
    return { upTo, make: createSessionMaker(site, random) };
  });
  return () => {
    const drawn = random();
    // The sum of the shares may be slightly below 1.
    return (makers.find((maker) => drawn < maker.upTo) ?? makers[0]!).make;
  };
}

/** Keeps visits at the end of the plan within it. */
const reflect = (timeMs: number, { fromMs, untilMs }: TrafficPlan) =>
  timeMs < untilMs ? timeMs : Math.max(fromMs, 2 * untilMs - 1 - timeMs);

/** Exactly `plan.events` events, the same for the same seed. Visits are in the order of 15-minute slots. */
export function* makeTraffic(plan: TrafficPlan): Generator<TrafficEvent> {
  const random = createRandom(plan.seed ?? 1);
  const chooseSite = createSiteChooser(plan.sites ?? trafficSites, random);
  const slots = slotsOf(plan);
  const total = slots.reduce((sum, slot) => sum + weightOf(slot), 0);
  let [made, weight] = [0, 0];
  for (const slot of slots) {
    weight += weightOf(slot);
    const due = slot === slots.at(-1) ? plan.events : Math.round((plan.events * weight) / total);
    while (made < due) {
      const startMs = slot.fromMs + Math.floor(random() * (slot.untilMs - slot.fromMs));
      for (const event of chooseSite()(startMs).slice(0, due - made)) {
        made += 1;
        event.timeMs = reflect(event.timeMs, plan);
        yield event;
      }
    }
  }
}
