import type { Channel } from './channel.js';

/** The length of the columns. */
const MAX_TEXT = 255;

/** From https://support.google.com/analytics/answer/9756891, in lower case. */
const PAID = /cp|^(?:ppc|retargeting)$|^paid/;
const DISPLAY = /^(?:display|banner|expandable|interstitial|cpm)$/;
const SHOP_CAMPAIGN = /(?:[^a-df-z]|^)shop|shopping/;

/** Media that determine the channel regardless of the source. */
const unpaidMedia: readonly (readonly [RegExp, Channel])[] = [
  [/^(?:e[-_ ]?mail|mail|newsletter)$/, 'Email'],
  [/^affiliates?$/, 'Affiliates'],
  [/^(?:social|social[-_ ]?network|social[-_ ]?media|sm|organic[-_ ]?social)$/, 'Organic Social'],
  [/video/, 'Video'],
];
/** Generic media: a known source takes precedence. */
const genericMedia: ReadonlyMap<string, Channel> = new Map([
  ['organic', 'Organic Search'],
  ['referral', 'Referral'],
  ['link', 'Referral'],
  ['app', 'Referral'],
]);

/** The channel of paid visits from a source in each channel. Ads next to an assistant's answers count like ads in search results. */
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
  // Google's Paid Other. Its older definitions counted cpc and ppc from any source as search, and the rest as other advertising.
  return /^(?:cpc|ppc|paid[-_ ]?search)$/.test(medium) ? 'Paid Search' : 'Display';
}

const normalize = (text = '') => text.slice(0, MAX_TEXT).trim().toLowerCase();

/**
 * Returns the channel for a `utm_medium`; `usual` is the channel of the source without one. Differs from Google Analytics as follows:
 * paid shopping and paid video are Shopping and Video; paid media from unknown sources are Paid Search (`cpc`, `ppc`), Paid Social if
 * they say so, or Display; `email` and the like take precedence over the source; and the campaign's name makes a visit Shopping only
 * if it was paid for.
 */
export function channelOfMedium(given: string | undefined, campaign: string | undefined, usual: Channel): Channel {
  const medium = normalize(given);
  if (medium === '') return usual;
  if (PAID.test(medium)) return paidChannel(medium, normalize(campaign), usual);
  if (DISPLAY.test(medium)) return 'Display';
  const named = unpaidMedia.find(([pattern]) => pattern.test(medium))?.[1];
  if (named !== undefined) return named;
  return usual === 'Direct' || usual === 'Referral' ? (genericMedia.get(medium) ?? usual) : usual;
}
