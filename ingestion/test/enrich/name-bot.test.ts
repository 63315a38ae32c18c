import { describe, expect, it } from 'vitest';
import { findAiCrawler } from '../../src/enrich/name-bot.ts';
import { createAgentReader } from '../../src/enrich/read-agent.ts';

const read = createAgentReader();
const chromium = 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko';

const others: [name: string, userAgent: string][] = [
  ['Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  [
    'Googlebot',
    'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.6422.175 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  ],
  ['Googlebot', 'Googlebot-Image/1.0'],
  [
    'Bingbot',
    `${chromium}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`,
  ],
  [
    'Applebot',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
  ],
  ['Yahoo! Slurp', 'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)'],
  ['PetalBot', 'Mozilla/5.0 (compatible;PetalBot;+https://webmaster.petalsearch.com/site/petalbot)'],
  ['AhrefsBot', 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'],
  ['SemrushBot', 'Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)'],
  ['MJ12bot', 'Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)'],
  ['DotBot', 'Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)'],
  ['facebookexternalhit', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  ['LinkedInBot', 'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)'],
  ['TelegramBot', 'TelegramBot (like TwitterBot)'],
  ['Slackbot', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
  ['WhatsApp', 'WhatsApp/2.23.20.0'],
  ['UptimeRobot', 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)'],
  ['Pingdom', 'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)'],
  [
    'HeadlessChrome',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.6099.28 Safari/537.36',
  ],
  ['Nmap', 'Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)'],
  ['curl', 'curl/8.5.0'],
  ['Wget', 'Wget/1.21.2'],
  ['python-requests', 'python-requests/2.31.0'],
  ['Go-http-client', 'Go-http-client/1.1'],
  ['okhttp', 'okhttp/4.12.0'],
  ['node', 'node'],
  ['Expanse', 'Expanse, a Palo Alto Networks company, searches across the global IPv4 space multiple times per day'],
  [
    'shop.example',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko; +http://www.Shop.example/) Chrome/99.0 Safari/537.36',
  ],
  ['__proto__', '__proto__/1.0'],
  ['unknown', '()'],
];

const crawlers: [name: string, userAgent: string][] = [
  ['GPTBot', `${chromium}); compatible; GPTBot/1.2; +https://openai.com/gptbot`],
  ['ChatGPT-User', `${chromium}); compatible; ChatGPT-User/1.0; +https://openai.com/bot`],
  [
    'OAI-SearchBot',
    `${chromium}) Chrome/131.0.0.0 Safari/537.36; compatible; OAI-SearchBot/1.3; +https://openai.com/searchbot`,
  ],
  ['ClaudeBot', `${chromium}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)`],
  ['Claude-User', `${chromium}; compatible; Claude-User/1.0; +Claude-User@anthropic.com)`],
  ['PerplexityBot', `${chromium}; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)`],
  ['Perplexity-User', `${chromium}; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)`],
  ['meta-externalagent', 'meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)'],
  [
    'Amazonbot',
    `${chromium}; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) Chrome/119.0 Safari/537.36`,
  ],
  // isbot does not recognise this one.
  ['Amzn-User', `${chromium}; compatible; Amzn-User/0.1) Chrome/119.0.6045.214 Safari/537.36`],
  [
    'Bytespider',
    'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)',
  ],
  ['CCBot', 'CCBot/2.0 (https://commoncrawl.org/faq/)'],
];

describe('the name of a bot', () => {
  it.each([...others, ...crawlers])('is %s for %s', (name, userAgent) => {
    expect(read(userAgent)).toEqual({ device: 'bot', bot: name });
  });

  it('shows whether it is a crawler for language models', () => {
    expect(crawlers.map(([, userAgent]) => findAiCrawler(userAgent))).toEqual(crawlers.map(([name]) => name));
    expect(others.filter(([, userAgent]) => findAiCrawler(userAgent) !== undefined)).toEqual([]);
  });
});
