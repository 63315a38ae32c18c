import type { Event } from '@millrace/shared/contract/event-columns';
import type { Random } from './create-random.js';
import { drawUuid, duration, hexDigits, weighted, weightedTexts } from './draw.js';
import { drawPage, HOSTNAME, type PageKind } from './shop-pages.js';

/** Invented weights. */
const drawBot = weightedTexts(
  '26 Googlebot; 18 GPTBot; 10 ClaudeBot; 10 Bingbot; 8 PerplexityBot; 7 Amazonbot; 7 AhrefsBot; 6 Applebot; 5 ChatGPT-User; 3 OAI-SearchBot',
);
const drawKind = weightedTexts('44 product; 36 post; 8 category; 6 home; 3 blog; 3 missing');
const drawPlace = weighted([
  [{ country: 'US', region: 'Virginia', city: 'Ashburn' }, 46],
  [{ country: 'US', region: 'Oregon', city: 'The Dalles' }, 24],
  [{ country: 'US', region: 'Iowa', city: 'Des Moines' }, 18],
  [{ country: 'IE', region: 'Leinster', city: 'Dublin' }, 12],
]);
const MOST_PAGES = 30;
const PAUSE_SECONDS = 6;

/** Events have the columns that ingestion fills in for bots: their name, but no browser or system. */
export function makeBotVisit(siteId: string, startMs: number, random: Random): Event[] {
  const who = {
    ...{ site_id: siteId, user_id: `bot-${hexDigits(random, 12)}`, hostname: HOSTNAME },
    ...{ device: 'bot', bot: drawBot(random), channel: 'Direct', ...drawPlace(random) },
  };
  const events: Event[] = [];
  let nowMs = startMs;
  const pages = Math.min(MOST_PAGES, Math.ceil(duration(random, 5)));
  for (let count = 0; count < pages; count += 1) {
    const { kind, path, title } = drawPage[drawKind(random) as PageKind](random);
    const note = (type: string) => {
      const at = { timestamp: new Date(nowMs).toISOString(), event_id: drawUuid(random) };
      events.push({ ...who, event_type: type, ...at, path, title });
    };
    note('view');
    if (kind === 'missing') note('not_found');
    nowMs += Math.round(1_000 * duration(random, PAUSE_SECONDS));
  }
  return events;
}
