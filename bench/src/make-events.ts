/** Turns a seed into events as varied as those of real sites, the same ones each time. */
import { createRandom, makeUuid, type Random } from './create-random.js';

/** What a client sends. */
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

/** A few values are drawn often and most are drawn rarely, as pages and visitors are. */
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

/** Events without id and time, which ingestion then gives them: what a snippet in a page sends. */
export function makeEvents(count: number, seed = 1): ClientEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => makeEvent(random));
}

const dayMs = 86_400_000;

/**
 * `count` events in batches of at most `batchSize`, with unique ids, spread over the two days before `untilMs` in the order
 * of their times but for a minute of jitter: what waits in a queue after two days without a processor.
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
