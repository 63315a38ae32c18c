/** Number of visits per day. */
import { dayMs } from '@millrace/shared/time/durations';
import { addDays } from '@millrace/shared/time/zone-days';
import { createRandom } from './create-random.js';
import { pick } from './draw.js';
import { type Page, posts } from './shop-pages.js';

export interface TrafficOptions {
  /** The same seed generates the same events. */
  seed: string;
  siteId: string;
  /** On average over all days. */
  visitorsPerDay: number;
  /** First and last day, `YYYY-MM-DD` in UTC. */
  firstDay: string;
  lastDay: string;
}

export interface Spike {
  post: Page;
  referrer: string;
  /** Visits on this day because of it. */
  visits: number;
}

export interface DayPlan {
  /** Visitors who come for the first time. */
  newcomers: number;
  returns: number;
  bots: number;
  spike: Spike | undefined;
}

/** Relative to the average, from Monday to Sunday. */
const weekdays = [1.08, 1.1, 1.06, 1.04, 0.96, 0.84, 0.92];
const NEWCOMERS = 0.7;
const BOTS = 0.05;
/** Random variation between days. */
const NOISE = 0.06;
/** Relative to the average, on the first and the last day. */
const GROWTH = { from: 0.8, to: 1.2 };

/** About once a month a post goes viral; days before the peak are not affected. */
const SPIKE_EVERY_DAYS = 30;
/** By days since the peak, relative to an average day. */
const spikeHeights = [3, 1.4, 0.5, 0.2, 0.1];
const spikePosts = posts.slice(2, 4);
const spikeReferrers = ['https://news.ycombinator.com/', 'https://www.reddit.com/'];

const dayNumber = (day: string) => Date.parse(day) / dayMs;

/** Depends on the calendar, not the range, so that a day is the same in every range. */
function spikeOn(day: string, { seed, visitorsPerDay }: TrafficOptions): Spike | undefined {
  const number = dayNumber(day);
  const latest = Math.floor(number / SPIKE_EVERY_DAYS);
  for (const period of [latest, latest - 1]) {
    const random = createRandom(seed, 'spike', period);
    const peak = period * SPIKE_EVERY_DAYS + Math.floor(random() * SPIKE_EVERY_DAYS);
    const height = spikeHeights[number - peak];
    if (height === undefined) continue;
    const [post, referrer] = [pick(random, spikePosts), pick(random, spikeReferrers)];
    return { post, referrer, visits: Math.round(height * visitorsPerDay) };
  }
  return undefined;
}

function growthOn(day: string, { firstDay, lastDay }: TrafficOptions): number {
  const length = Math.max(1, dayNumber(lastDay) - dayNumber(firstDay));
  const progress = (dayNumber(day) - dayNumber(firstDay)) / length;
  return GROWTH.from + (GROWTH.to - GROWTH.from) * Math.min(1, Math.max(0, progress));
}

/** Never fewer newcomers than {@link regularsOf}. */
export function planDay(day: string, options: TrafficOptions): DayPlan {
  const noise = 1 + NOISE * (2 * createRandom(options.seed, 'noise', day)() - 1);
  const weekday = weekdays[(new Date(day).getUTCDay() + 6) % 7]!;
  const visits = options.visitorsPerDay * growthOn(day, options) * weekday * noise;
  return {
    newcomers: Math.max(1, Math.round(visits * NEWCOMERS)),
    returns: Math.round(visits * (1 - NEWCOMERS)),
    bots: Math.round(visits * BOTS),
    spike: spikeOn(day, options),
  };
}

/**
 * Number of each day's new visitors who may return. Depends only on the average, so that a day has the same events in every range.
 */
export const regularsOf = ({ visitorsPerDay }: TrafficOptions): number =>
  Math.max(1, Math.floor(visitorsPerDay * 0.35));

/** All local days that the range touches in any time zone. */
export function localDays({ firstDay, lastDay }: TrafficOptions): string[] {
  const count = dayNumber(lastDay) - dayNumber(firstDay) + 3;
  return Array.from({ length: count }, (_, index) => addDays(firstDay, index - 1));
}
