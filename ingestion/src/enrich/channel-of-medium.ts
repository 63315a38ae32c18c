/** Derives the channel from `utm_medium`. */
import type { Channel } from './channel.js';

/** As long as the columns. */
const MAX_TEXT = 255;

/** Expressions of https://support.google.com/analytics/answer/9756891, which apply in any case. */
const PAID = /cp|^(?:ppc|retargeting)$|^paid/;
const DISPLAY = /^(?:display|banner|expandable|interstitial|cpm)$/;
const SHOP_CAMPAIGN = /(?:[^a-df-z]|^)shop|shopping/;

/** Media that are a channel by themselves, with any source. */
const unpaid: readonly (readonly [RegExp, Channel])[] = [
  [/^(?:e[-_ ]?mail|mail|newsletter)$/, 'Email'],
  [/^affiliates?$/, 'Affiliates'],
  [/^(?:social|social[-_ ]?network|social[-_ ]?media|sm|organic[-_ ]?social)$/, 'Organic Social'],
  [/video/, 'Video'],
];
/** Media that only say what is usual; the source may say more. */
const usually: ReadonlyMap<string, Channel> = new Map([
  ['organic', 'Organic Search'],
  ['referral', 'Referral'],
  ['link', 'Referral'],
  ['app', 'Referral'],
]);

/** Which channel a place that is paid for belongs to; an ad beside an answer is one beside results. */
const paidChannels: ReadonlyMap<Channel, Channel> = new Map([
  ['Organic Search', 'Paid Search'],
  ['Paid Search', 'Paid Search'],
  ['Organic Social', 'Paid Social'],
  ['Paid Social', 'Paid Social'],
  ['Video', 'Video'],
  ['Shopping', 'Shopping'],
  ['Affiliates', 'Affiliates'],
  ['AI Assistants', 'Paid Search'],
]);

function paidChannel(medium: string, campaign: string, usual: Channel): Channel {
  if (SHOP_CAMPAIGN.test(campaign)) return 'Shopping';
  const known = paidChannels.get(usual);
  if (known !== undefined) return known;
  if (/social/.test(medium)) return 'Paid Social';
  if (/video/.test(medium)) return 'Video';
  // What Google calls Paid Other. Its older definitions counted cpc and ppc of any source as search, the rest as other advertising.
  return /^(?:cpc|ppc|paid[-_ ]?search)$/.test(medium) ? 'Paid Search' : 'Display';
}

const normalize = (text = '') => text.slice(0, MAX_TEXT).trim().toLowerCase();

/**
 * The channel of a visit whose place is on `usual` by itself. What Google counts as paid shopping and paid video is Shopping and
 * Video; paid media of sources that are not in the table are Paid Search (`cpc`, `ppc`), Paid Social where they say so, or Display.
 * Unlike there, `email` and the like win over the source, and the name of a campaign makes a visit Shopping only when it was paid for.
 */
export function channelOfMedium(given: string | undefined, campaign: string | undefined, usual: Channel): Channel {
  const medium = normalize(given);
  if (medium === '') return usual;
  if (PAID.test(medium)) return paidChannel(medium, normalize(campaign), usual);
  if (DISPLAY.test(medium)) return 'Display';
  const named = unpaid.find(([pattern]) => pattern.test(medium))?.[1];
  if (named !== undefined) return named;
  return usual === 'Direct' || usual === 'Referral' ? (usually.get(medium) ?? usual) : usual;
}
