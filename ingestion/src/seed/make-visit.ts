/** Generates a visit as the SDK would report it. */
import type { Event } from '@millrace/shared/contract/event-columns';
import { actOnPage, addToCart } from './act-on-page.js';
import type { Random } from './create-random.js';
import { duration, wholeNumber } from './draw.js';
import type { Arrival } from './make-arrival.js';
import type { Visitor } from './make-visitor.js';
import { nextStep, type Step } from './next-page.js';
import { openVisit, type Visit } from './open-visit.js';
import { drawPage, type PageKind, products } from './shop-pages.js';

const MOST_PAGES = 40;
/** Shorter than the inactivity that ends a visit. */
const LONGEST_STAY_MS = 20 * 60_000;
/** The SDK does not report shorter ones. */
const MIN_ENGAGED_MS = 3_000;

/** Median seconds on a page. */
const medianStays: Readonly<Record<PageKind, number>> = {
  ...{ home: 16, shop: 18, category: 24, product: 36, cart: 22, checkout: 75, thanks: 14 },
  ...{ box: 40, boxCheckout: 60, boxThanks: 14, blog: 14, post: 85 },
  ...{ about: 32, contact: 40, shipping: 30, signUp: 45, missing: 8 },
};

function aboutPage({ page }: Visit) {
  const product = products.find(({ path }) => path === page.path);
  return product === undefined ? {} : { profile_id: product.slug };
}

function addEngagement(visit: Visit, stayMs: number): void {
  const { random, page } = visit;
  const engaged_ms = Math.round(stayMs * (0.5 + 0.5 * random()));
  const scroll_percent = wholeNumber(random, page.kind === 'post' ? 25 : 40, 100);
  if (engaged_ms >= MIN_ENGAGED_MS) visit.addEvent('engagement', { properties: { engaged_ms, scroll_percent } });
}

/** Looks at a page before going on from it. */
function viewPage(visit: Visit, step: Step): void {
  const { random, page } = visit;
  const stayMs = Math.round(Math.min(LONGEST_STAY_MS, 1_000 * duration(random, medianStays[page.kind])));
  visit.addEvent('view', aboutPage(visit));
  actOnPage(visit, stayMs);
  visit.nowMs += stayMs;
  if (step === 'cart' && page.kind === 'product') addToCart(visit);
  addEngagement(visit, stayMs);
  visit.nowMs += wholeNumber(random, 150, 900);
}

/** Visitors who do not bounce see at least one more page. */
function stepFromFirst({ page, random }: Visit, isBounce: boolean): Step {
  let step: Step = 'leave';
  while (!isBounce && step === 'leave') step = nextStep(page.kind, random);
  return step;
}

export interface VisitOptions extends Arrival {
  siteId: string;
  visitor: Visitor;
  isReturn: boolean;
  /** Milliseconds since the epoch. */
  startMs: number;
}

/** All events of the visit and its later consequences; deterministic for the same random numbers. */
export function makeVisit(options: VisitOptions, random: Random): Event[] {
  const visit = openVisit(options, random);
  let step = stepFromFirst(visit, options.isBounce);
  for (let pages = 1; ; pages += 1) {
    viewPage(visit, step);
    if (step === 'leave' || pages === MOST_PAGES) return visit.events;
    visit.goTo(drawPage[step](random));
    step = nextStep(visit.page.kind, random);
  }
}
