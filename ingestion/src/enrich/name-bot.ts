/** Extracts the name of a bot from its user agent. */
import { aiCrawlers } from '@millrace/shared/contract/ai-crawlers';
import { isbotMatch } from 'isbot';
import { cleanText } from './clean-text.js';

/** The length of column `bot`. */
const MAX_NAME = 128;

/** Bots whose user agents spell, split or hide the name; from the agents themselves. */
const spelled = [
  ...['Googlebot', 'AdsBot-Google', 'Mediapartners-Google', 'Bingbot', 'Applebot', 'Yahoo! Slurp', 'YandexBot'],
  ...['Baiduspider', 'facebookexternalhit', 'Slackbot', 'UptimeRobot', 'Pingdom'],
  ...['Chrome-Lighthouse', 'HeadlessChrome', 'PhantomJS'],
];
const names = new Map([...aiCrawlers, ...spelled].map((name) => [name.toLowerCase(), name]));
const anyName = new RegExp([...names.keys()].sort((a, b) => b.length - a.length).join('|'), 'i');
const aiNames: ReadonlySet<string> = new Set(aiCrawlers);

/** Parts of ordinary browsers' agents, which name nobody. */
const isOrdinary = /^(?:mozilla|applewebkit|khtml|like|gecko|chrome|version|mobile|safari|firefox|edg|compatible)$/i;
const isAddress = /:\/\/|@|^www\./i;
const saysBot = /bot|crawl|spider|fetch|monitor|preview/i;
/** Where an agent says whom to ask about it. */
const CONTACT = /(?:https?:\/\/|@)(?:www\.)?([a-z0-9.-]+)/i;

interface Product {
  name: string;
  /** `Name/1.0`, not the `Name` of `(Windows NT)`. */
  hasVersion: boolean;
}

/** In their order: `AhrefsBot` of `Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://...)`. */
function productsOf(userAgent: string): Product[] {
  const parts = userAgent.split(/[\s;,()+]+/).filter((part) => !isAddress.test(part));
  return parts
    .map((part) => ({ name: part.split('/', 1)[0]!, hasVersion: part.includes('/') }))
    .filter(({ name }) => /[a-z]/i.test(name) && !isOrdinary.test(name));
}

const findKnown = (userAgent: string) => names.get(anyName.exec(userAgent)?.[0].toLowerCase() ?? '');

/** What calls itself a bot, else what isbot knew it by, else what comes first, unless it plays a browser, else whom to ask. */
function findName(userAgent: string): string | undefined {
  const products = productsOf(userAgent);
  const match = isbotMatch(userAgent)?.toLowerCase();
  const product =
    products.find(({ name }) => saysBot.test(name)) ??
    products.find(({ name }) => match && name.toLowerCase().includes(match)) ??
    products.find(({ hasVersion }) => hasVersion || !userAgent.includes('AppleWebKit/'));
  return product?.name ?? CONTACT.exec(userAgent)?.[1]?.toLowerCase();
}

/** The name of a bot, at most 128 characters: `Googlebot`, `GPTBot`, `curl`; `unknown` where its agent names nobody. */
export function nameBot(userAgent: string): string {
  return findKnown(userAgent) ?? cleanText(findName(userAgent) ?? '', MAX_NAME) ?? 'unknown';
}

/** The name of the crawler for language models whose agent that is, also of those that isbot does not know. */
export function findAiCrawler(userAgent: string): string | undefined {
  const known = findKnown(userAgent);
  return known !== undefined && aiNames.has(known) ? known : undefined;
}
