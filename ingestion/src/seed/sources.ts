/** Sources of visits: well-known sites with invented weights, and invented sites that link to the shop. */
import type { Random } from './create-random.js';
import { type Draw, hexDigits, pick, type Weighted, weightedTexts } from './draw.js';
import type { PageKind } from './shop-pages.js';

export interface Source {
  /** URL of the referring page. */
  referrer?: string;
  /** Query string of the link. `day` is `YYYY-MM-DD`. */
  query?: (random: Random, day: string) => string;
  drawLanding: Draw<string>;
  /** Share of visits with only one page. */
  bounces: number;
}

type Landings = Partial<Record<PageKind, number>>;

const lands = (kinds: Landings): Draw<string> =>
  weightedTexts(
    Object.entries(kinds)
      .map(([kind, weight]) => `${weight} ${kind}`)
      .join('; '),
  );

const onAnything = lands({ post: 50, product: 20, category: 14, home: 14, box: 1, missing: 1 });
const onPosts = lands({ post: 88, home: 6, product: 5, missing: 1 });
const onGoods = lands({ product: 44, category: 30, home: 12, box: 14 });
const onHome = lands({ home: 66, product: 12, category: 8, post: 8, shop: 4, missing: 2 });

const from = (referrer: string, drawLanding: Draw<string>, bounces: number): Source => ({
  referrer,
  drawLanding,
  bounces,
});

/** As long as real click ids. */
const clickId = (random: Random) => hexDigits(random, 40);

const campaign = (source: string, medium: string, name: string, content: string) =>
  `utm_source=${source}&utm_medium=${medium}&utm_campaign=${name}&utm_content=${content}`;

/** Query string of an ad. `id` is the ad network's click id parameter. */
function advertisement(source: string, medium: string, id: string, names: readonly string[], contents: string[]) {
  return (random: Random) =>
    `${campaign(source, medium, pick(random, names), pick(random, contents))}&${id}=${clickId(random)}`;
}

const searchWords = ['loose+leaf+tea', 'buy+sencha', 'matcha+powder', 'tea+gift'];
const searchAds = (source: string, id: string) => {
  const link = advertisement(source, 'cpc', id, ['brand', 'green-tea', 'gifts'], ['short', 'long']);
  return (random: Random) => `${link(random)}&utm_term=${pick(random, searchWords)}`;
};

export const direct: Source = { drawLanding: onHome, bounces: 0.36 };

/** Sent on Thursdays. Mail clients send no referrer. */
export const newsletter: Source = {
  query: (random, day) => {
    const sentAt = new Date(day);
    sentAt.setUTCDate(sentAt.getUTCDate() - ((sentAt.getUTCDay() + 3) % 7));
    const sent = sentAt.toISOString().slice(0, 10);
    return campaign('newsletter', 'email', `letter-${sent}`, pick(random, ['header', 'recipe', 'offer', 'offer']));
  },
  drawLanding: lands({ post: 40, product: 34, category: 10, box: 16 }),
  bounces: 0.26,
};

/** Sources that are as common on phones as elsewhere. */
const anywhere: readonly Weighted<Source>[] = [
  [from('https://www.google.com/', onAnything, 0.46), 340],
  [from('https://www.bing.com/', onAnything, 0.42), 34],
  [from('https://duckduckgo.com/', onAnything, 0.44), 24],
  [from('https://search.yahoo.com/', onAnything, 0.44), 8],
  [from('https://www.ecosia.org/', onAnything, 0.42), 6],
  [from('https://search.brave.com/', onAnything, 0.44), 5],
  [{ ...from('https://chatgpt.com/', onAnything, 0.34), query: () => 'utm_source=chatgpt.com' }, 36],
  [from('https://www.perplexity.ai/', onPosts, 0.38), 11],
  [from('https://gemini.google.com/', onPosts, 0.38), 9],
  [from('https://claude.ai/', onPosts, 0.34), 8],
  [from('https://copilot.microsoft.com/', onPosts, 0.38), 5],
  [from('https://www.reddit.com/', onPosts, 0.56), 32],
  [from('https://www.youtube.com/', onAnything, 0.5), 18],
  [from('https://t.co/', onPosts, 0.6), 8],
  [from('https://go.bsky.app/', onPosts, 0.52), 7],
  [from('https://news.ycombinator.com/', onPosts, 0.62), 4],
  [from('https://mastodon.social/', onPosts, 0.5), 3],
  [from('https://tea-notes.example/where-to-buy', onGoods, 0.36), 22],
  [from('https://gift-ideas.example/for-tea-lovers', onGoods, 0.44), 16],
  [from('https://slow-mornings.example/', onPosts, 0.44), 9],
  [from('https://ceramics-market.example/makers', onHome, 0.4), 7],
  [
    { drawLanding: onGoods, bounces: 0.4, query: searchAds('google', 'gclid'), referrer: 'https://www.google.com/' },
    52,
  ],
  [{ drawLanding: onGoods, bounces: 0.4, query: searchAds('bing', 'msclkid'), referrer: 'https://www.bing.com/' }, 8],
  [{ drawLanding: onGoods, bounces: 0.44, query: () => campaign('tea-notes', 'affiliate', 'reviews', 'box') }, 9],
];

/** Networks that are mostly used on phones. */
const inApps: readonly Weighted<Source>[] = [
  [{ ...from('https://l.instagram.com/', onHome, 0.54), query: (random) => `fbclid=${clickId(random)}` }, 34],
  [{ ...from('https://m.facebook.com/', onPosts, 0.58), query: (random) => `fbclid=${clickId(random)}` }, 24],
  [from('https://www.pinterest.com/', onPosts, 0.56), 28],
  [from('https://www.tiktok.com/', onGoods, 0.66), 14],
  [
    {
      drawLanding: onGoods,
      bounces: 0.56,
      query: advertisement('instagram', 'paid_social', 'fbclid', ['autumn-teas', 'tea-box'], ['video', 'carousel']),
    },
    30,
  ],
];

const times = (rows: readonly Weighted<Source>[], factor: number): Weighted<Source>[] =>
  rows.map(([source, weight]) => [source, weight * factor]);

export const sourcesOnPhones: readonly Weighted<Source>[] = [...anywhere, ...times(inApps, 1.6)];
export const sourcesElsewhere: readonly Weighted<Source>[] = [...anywhere, ...times(inApps, 0.3)];
