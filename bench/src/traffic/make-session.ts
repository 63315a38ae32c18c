import type { ClientEvent } from '../load/make-events.js';
import { makeUuid, type Random, zipf } from './create-random.js';
import { eventProperties, visitorProperties, visitProperties } from './make-dimensions.js';
import type { TrafficSite } from './traffic-sites.js';

/** The time is a number, to save memory and time for many events. */
export interface TrafficEvent extends ClientEvent {
  timeMs: number;
  event_id: string;
}

/** Makes the events of a visit that starts at `startMs`, in time order. */
export type SessionMaker = (startMs: number) => TrafficEvent[];

/** Event types after the first of a visit, by cumulative share. */
const eventTypes: [upTo: number, name: string][] = [
  [0.14, 'click'],
  [0.22, 'impression'],
  [0.225, 'download'],
  [0.23, 'ad_request'],
  [1, 'view'],
];

const sections = ['blog', 'docs', 'shop', 'news', 'help', 'products', 'guides', 'archive'];
const slugs = ['getting-started', 'an-article-about-something', 'release-notes', 'how-to', 'best-of', 'review'];

const pathOf = (page: number) =>
  page === 0 ? '/' : `/${sections[page % sections.length]}/${slugs[page % slugs.length]}-${page}`;

const referrerOf = (random: Random, host: number) =>
  `https://${host % 3 === 0 ? 'www.' : ''}referrer-${host}.example/${host < 5 ? `search?q=${zipf(random, 1_000)}` : ''}`;

/** A bijection: different users get different ids, in an order that does not favour an index. */
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

/** One in three visits is by a new user, the others by a returning one, more likely a recent than an old one. */
export function createSessionMaker(site: TrafficSite, random: Random): SessionMaker {
  let users = 0;
  function chooseUser(): number {
    if (users > 0 && random() < 0.65) return users - Math.floor(random() ** 2 * users);
    users += 1;
    return users;
  }
  return (startMs) => {
    const user = random() < 0.95 ? chooseUser() : undefined;
    const ofVisit = {
      ...(user !== undefined && { user_id: `u-${scramble(user)}`, session_id: makeUuid(random) }),
      ...(random() < 0.15 && { profile_id: `profile-${zipf(random, site.profiles)}` }),
      ...(random() < 0.6 && { referrer: referrerOf(random, zipf(random, site.hosts)) }),
    };
    const properties = {
      ...visitorProperties(user ?? Math.floor(random() * 2 ** 32)),
      ...visitProperties(site.id, random),
    };
    let timeMs = startMs;
    return Array.from({ length: sessionLength(random) }, (_, index): TrafficEvent => {
      if (index > 0) timeMs += Math.ceil(-Math.log(1 - random()) * 40_000);
      const event_type = index === 0 ? 'view' : typeOf(random);
      return {
        site_id: site.id,
        timeMs,
        event_id: makeUuid(random),
        event_type,
        path: pathOf(zipf(random, site.paths)),
        ...ofVisit,
        properties: { ...properties, ...eventProperties(event_type, random) },
      };
    });
  };
}
