import { dayMs } from '@millrace/shared/time/durations';
import { createRandom, makeUuid, type Random } from '../traffic/create-random.js';

export interface ClientEvent {
  site_id: string;
  event_type: string;
  path: string;
  user_id?: string;
  session_id?: string;
  profile_id?: string;
  referrer?: string;
  properties?: Record<string, unknown>;
  timestamp?: string;
  event_id?: string;
}

const sections = ['blog', 'docs', 'shop', 'news', 'help'];
const referrers = ['https://www.google.com/', 'https://news.ycombinator.com/item?id=4', 'https://duckduckgo.com/', ''];
const screens = ['1920x1080', '390x844', '1440x900', '412x915'];

/** Draws a few values often and most rarely, like real pages and visitors. */
const skewed = (random: Random, count: number) => Math.floor(random() ** 3 * count);

function makeEvent(random: Random): ClientEvent {
  const page = skewed(random, 2_000);
  const user = skewed(random, 50_000);
  const kind = random();
  return {
    site_id: `site-${skewed(random, 8)}.example.com`,
    event_type: kind < 0.8 ? 'view' : kind < 0.95 ? 'click' : 'impression',
    path: `/${sections[page % sections.length]}/an-article-about-something-${page}`,
    ...(random() < 0.9 && { user_id: `user-${user}`, session_id: `session-${user}-${Math.floor(random() * 4)}` }),
    ...(random() < 0.5 && { referrer: referrers[Math.floor(random() * referrers.length)] }),
    ...(random() < 0.3 && {
      properties: {
        screen: screens[Math.floor(random() * screens.length)],
        language: 'en',
        load_ms: Math.floor(random() * 4_000),
      },
    }),
  };
}

/** Without id and timestamp, which ingestion adds: what a page's snippet sends. The same events for the same seed. */
export function makeEvents(count: number, seed = 1): ClientEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => makeEvent(random));
}

/**
 * `count` events in batches of at most `batchSize`, with unique ids, spread over the two days before `untilMs` in time order
 * with a minute of jitter: the queue after two days without a processor.
 */
export function* makeBacklog(count: number, batchSize: number, untilMs: number): Generator<ClientEvent[]> {
  const random = createRandom(2);
  for (let made = 0; made < count; made += batchSize) {
    yield Array.from({ length: Math.min(batchSize, count - made) }, (_, index) => {
      const timeMs = untilMs - 2 * dayMs + ((made + index) / count) * 2 * dayMs - random() * 60_000;
      return { ...makeEvent(random), timestamp: new Date(timeMs).toISOString(), event_id: makeUuid(random) };
    });
  }
}

const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
];
const pageReferrers = [
  'https://www.google.com/',
  'https://news.ycombinator.com/item?id=4',
  'https://chatgpt.com/',
  undefined,
];
const campaigns = ['', '', '', '?utm_source=newsletter&utm_medium=email&utm_campaign=spring', '?gclid=abc'];

/** Page views without a user, relayed by a server with the visitor's address, so that every enrichment has work to do. */
export function makePageEvents(siteId: string, count: number): object[] {
  const random = createRandom(5);
  const oneOf = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
  const byte = () => Math.floor(random() * 256);
  return Array.from({ length: count }, () => ({
    site_id: siteId,
    event_type: 'view',
    path: `https://shop.example/article-${Math.floor(random() ** 3 * 2_000)}${oneOf(campaigns)}`,
    referrer: oneOf(pageReferrers),
    title: 'An article about something',
    screen: '1920x1080',
    language: 'de-AT',
    timezone: 'Europe/Vienna',
    context: { ip: `${8 + Math.floor(random() * 80)}.${byte()}.${byte()}.${byte()}`, user_agent: oneOf(agents) },
  }));
}
