/** The beginning of a visit: source, campaign and landing page. */
import type { EventContext } from '@millrace/shared/contract/event-columns';
import { comparableHost } from '@millrace/shared/contract/normalize-host';
import { findSource } from '../enrich/find-source.js';
import { readCampaign } from '../enrich/read-campaign.js';
import type { Random } from './create-random.js';
import { weighted } from './draw.js';
import type { Spike } from './plan-day.js';
import { drawPage, type Page, type PageKind } from './shop-pages.js';
import { direct, newsletter, type Source, sourcesElsewhere, sourcesOnPhones } from './sources.js';

export interface Arrival {
  page: Page;
  referrer: string | undefined;
  /** Source columns for the events of the first page. */
  context: EventContext;
  /** Whether the visit ends with the first page. */
  isBounce: boolean;
}

export interface ArrivalOptions {
  /** `YYYY-MM-DD`. */
  day: string;
  isPhone: boolean;
  isReturn: boolean;
}

const THURSDAY = 4;
const SPIKE_BOUNCES = 0.74;
const drawOnPhone = weighted(sourcesOnPhones);
const drawElsewhere = weighted(sourcesElsewhere);

function newsletterShare(day: string): number {
  const since = (new Date(day).getUTCDay() + 7 - THURSDAY) % 7;
  return [0.14, 0.06, 0.03][since] ?? 0.015;
}

function drawSource({ day, isPhone, isReturn }: ArrivalOptions, random: Random): Source {
  const returnFactor = isReturn ? 2 : 1;
  const drawn = random() - newsletterShare(day) * returnFactor;
  if (drawn < 0) return newsletter;
  if (drawn < 0.2 * returnFactor) return direct;
  return isPhone ? drawOnPhone(random) : drawElsewhere(random);
}

/** The same columns that ingestion would derive from URL and referrer. */
function contextOf(referrer: string | undefined, query: string | undefined): EventContext {
  const found = query === undefined ? {} : readCampaign(query);
  const referrerHost = referrer === undefined ? undefined : comparableHost(referrer);
  return { ...(query !== undefined && { query }), ...found, ...findSource({ ...found, referrerHost }) };
}

export function makeArrival(options: ArrivalOptions, random: Random): Arrival {
  const { referrer, query, drawLanding, bounces } = drawSource(options, random);
  return {
    page: drawPage[drawLanding(random) as PageKind](random),
    referrer,
    context: contextOf(referrer, query?.(random, options.day)),
    isBounce: random() < bounces,
  };
}

/** For a visitor of a viral post. */
export const makeSpikeArrival = ({ post, referrer }: Spike, random: Random): Arrival => ({
  page: post,
  referrer,
  context: contextOf(referrer, undefined),
  isBounce: random() < SPIKE_BOUNCES,
});
