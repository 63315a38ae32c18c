/** Turns a site and a moment into the events of one visit. */
import { makeUuid, type Random } from '../create-random.js';
import type { ClientEvent } from '../make-events.js';
import type { TrafficSite } from './traffic-sites.js';

/** An event with its id; its time is a number, since there are many of them. */
export interface TrafficEvent extends ClientEvent {
  timeMs: number;
  event_id: string;
}

/** Makes the events of a visit that begins at `startMs`, in the order of their times. */
export type SessionMaker = (startMs: number) => TrafficEvent[];

/** Shares of the events after the first of a visit; what is left are views. */
const eventTypes: [upTo: number, name: string][] = [
  [0.14, 'click'],
  [0.22, 'impression'],
  [0.225, 'download'],
  [0.23, 'ad_request'],
  [1, 'view'],
];

const sections = ['blog', 'docs', 'shop', 'news', 'help', 'products', 'guides', 'archive'];
const slugs = ['getting-started', 'an-article-about-something', 'release-notes', 'how-to', 'best-of', 'review'];
const screens = ['1920x1080', '390x844', '1440x900', '412x915'];
const languages = ['en', 'de', 'hi', 'fr', 'es'];

/** The n-th value is drawn n times as seldom as the first (Zipf's law, exponent 1): from 0 to count - 1. */
const zipf = (random: Random, count: number) => Math.floor((count + 1) ** random()) - 1;

const pick = (random: Random, values: string[]) => values[Math.floor(random() * values.length)]!;

const pathOf = (page: number) =>
  page === 0 ? '/' : `/${sections[page % sections.length]}/${slugs[page % slugs.length]}-${page}`;

const referrerOf = (random: Random, host: number) =>
  `https://${host % 3 === 0 ? 'www.' : ''}referrer-${host}.example/${host < 5 ? `search?q=${zipf(random, 1_000)}` : ''}`;

/** One-to-one, so that ids of different users differ, in no order that an index could profit from. */
function scramble(number: number): string {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

/** Most visits are short: 1 to 9 events, 3.3 on average. */
const sessionLength = (random: Random) => 1 + Math.floor(random() ** 2.2 * 9);

function typeOf(random: Random): string {
  const drawn = random();
  return eventTypes.find(([upTo]) => drawn < upTo)![1];
}

function makeProperties(random: Random): Record<string, unknown> {
  return { screen: pick(random, screens), language: pick(random, languages), load_ms: Math.floor(random() * 4_000) };
}

/** Visits of one site. Of three visits one is by somebody new, two by somebody known, more likely of late than of long ago. */
export function createSessionMaker(site: TrafficSite, random: Random): SessionMaker {
  let users = 0;
  function chooseUser(): number {
    if (users > 0 && random() < 0.65) return users - 1 - Math.floor(random() ** 2 * users);
    users += 1;
    return users - 1;
  }
  return (startMs) => {
    const user = random() < 0.95 ? chooseUser() : undefined;
    const visitor = user === undefined ? {} : { user_id: `u-${scramble(user)}`, session_id: makeUuid(random) };
    const profile = random() < 0.15 ? { profile_id: `profile-${zipf(random, site.profiles)}` } : {};
    let timeMs = startMs;
    return Array.from({ length: sessionLength(random) }, (_, index): TrafficEvent => {
      if (index > 0) timeMs += Math.ceil(-Math.log(1 - random()) * 40_000);
      return {
        site_id: site.id,
        timeMs,
        event_id: makeUuid(random),
        event_type: index === 0 ? 'view' : typeOf(random),
        path: pathOf(zipf(random, site.paths)),
        ...visitor,
        ...profile,
        ...(index === 0 && random() < 0.6 && { referrer: referrerOf(random, zipf(random, site.hosts)) }),
        ...(random() < 0.2 && { properties: makeProperties(random) }),
      };
    });
  };
}
