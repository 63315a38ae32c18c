/** What pages send of their visitors, passed on by a server so that a load tool can send it: everything is to be found out. */
import { createRandom } from '../create-random.js';

const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
];
const referrers = [
  'https://www.google.com/',
  'https://news.ycombinator.com/item?id=4',
  'https://chatgpt.com/',
  undefined,
];
const campaigns = ['', '', '', '?utm_source=newsletter&utm_medium=email&utm_campaign=spring', '?gclid=abc'];

/** Views without a user. */
export function makePageEvents(siteId: string, count: number): object[] {
  const random = createRandom(5);
  const oneOf = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
  const byte = () => Math.floor(random() * 256);
  return Array.from({ length: count }, () => ({
    site_id: siteId,
    event_type: 'view',
    path: `https://shop.example/article-${Math.floor(random() ** 3 * 2_000)}${oneOf(campaigns)}`,
    referrer: oneOf(referrers),
    title: 'An article about something',
    screen: '1920x1080',
    language: 'de-AT',
    timezone: 'Europe/Vienna',
    context: { ip: `${8 + Math.floor(random() * 80)}.${byte()}.${byte()}.${byte()}`, user_agent: oneOf(agents) },
  }));
}
