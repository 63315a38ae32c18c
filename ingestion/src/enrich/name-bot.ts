/** Extracts the name of a bot from its user agent. */
import { aiCrawlers } from '@millrace/shared/contract/ai-crawlers';
import { isbotMatch } from 'isbot';
import { cleanText } from './clean-text.js';

/** The length of column `bot`. */
const MAX_NAME = 128;

/** Names that user agents spell differently, split or hide; collected from real user agents. */
const otherBots = [
  ...['Googlebot', 'AdsBot-Google', 'Mediapartners-Google', 'Bingbot', 'Applebot', 'Yahoo! Slurp', 'YandexBot'],
  ...['Baiduspider', 'facebookexternalhit', 'Slackbot', 'UptimeRobot', 'Pingdom'],
  ...['Chrome-Lighthouse', 'HeadlessChrome', 'PhantomJS'],
];
const names = new Map([...aiCrawlers, ...otherBots].map((name) => [name.toLowerCase(), name]));
const anyName = new RegExp([...names.keys()].sort((a, b) => b.length - a.length).join('|'), 'i');
const aiNames: ReadonlySet<string> = new Set(aiCrawlers);

/** Parts of ordinary browsers' user agents, which are never a bot's name. */
const isOrdinary = /^(?:mozilla|applewebkit|khtml|like|gecko|chrome|version|mobile|safari|firefox|edg|compatible)$/i;
const isAddress = /:\/\/|@|^www\./i;
const botWord = /bot|crawl|spider|fetch|monitor|preview/i;
/** The host of the contact URL or mail address in a user agent. */
const CONTACT = /(?:https?:\/\/|@)(?:www\.)?([a-z0-9.-]+)/i;

interface Product {
  name: string;
  /** True for `Name/1.0`, false for the `Windows` in `(Windows NT)`. */
  hasVersion: boolean;
}

/** The products in order, without ordinary ones: `AhrefsBot` for `Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://...)`. */
function productsOf(userAgent: string): Product[] {
  const parts = userAgent.split(/[\s;,()+]+/).filter((part) => !isAddress.test(part));
  return parts
    .map((part) => ({ name: part.split('/', 1)[0]!, hasVersion: part.includes('/') }))
    .filter(({ name }) => /[a-z]/i.test(name) && !isOrdinary.test(name));
}

const findKnown = (userAgent: string) => names.get(anyName.exec(userAgent)?.[0].toLowerCase() ?? '');

/**
 * The product that calls itself a bot, else the one that isbot matched, else the first product (with a version if the bot imitates
 * a browser), else the host of the contact address.
 */
function findName(userAgent: string): string | undefined {
  const products = productsOf(userAgent);
  const match = isbotMatch(userAgent)?.toLowerCase();
  const product =
    products.find(({ name }) => botWord.test(name)) ??
    products.find(({ name }) => match && name.toLowerCase().includes(match)) ??
    products.find(({ hasVersion }) => hasVersion || !userAgent.includes('AppleWebKit/'));
  return product?.name ?? CONTACT.exec(userAgent)?.[1]?.toLowerCase();
}

/** Returns at most 128 characters, such as `Googlebot`, `GPTBot` or `curl`; `unknown` if the user agent has no name. */
export function nameBot(userAgent: string): string {
  return findKnown(userAgent) ?? cleanText(findName(userAgent) ?? '', MAX_NAME) ?? 'unknown';
}

/** The name of a crawler for language models, including those that isbot does not recognise. */
export function findAiCrawler(userAgent: string): string | undefined {
  const known = findKnown(userAgent);
  return known !== undefined && aiNames.has(known) ? known : undefined;
}
