/** Turns a site and a moment into the events of one visit. */
import { makeUuid, type Random } from '../create-random.js';
import type { ClientEvent } from '../make-events.js';
import { zipf } from './draw.js';
import { eventProperties, visitorProperties, visitProperties } from './make-dimensions.js';
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

const pathOf = (page: number) =>
  page === 0 ? '/' : `/${sections[page % sections.length]}/${slugs[page % slugs.length]}-${page}`;

const referrerOf = (random: Random, host: number) =>
  `https://${host % 3 === 0 ? 'www.' : ''}referrer-${host}.example/${host < 5 ? `search?q=${zipf(random, 1_000)}` : ''}`;

/** One-to-one and 0 for 0 only, so that ids of different users differ, in no order that an index could profit from. */
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

/** Visits of one site. Of three visits one is by somebody new, two by somebody known, more likely of late than of long ago. */
export function createSessionMaker(site: TrafficSite, random: Random): SessionMaker {
  let users = 0;
  /** From 1: engines without null use 0 for events without a user. */
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
