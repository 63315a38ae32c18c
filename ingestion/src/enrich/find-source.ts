/** Determines source and channel of a visit. */
import type { Channel } from './channel.js';
import { channelOfMedium } from './channel-of-medium.js';
import { cleanText } from './clean-text.js';
import { type ClickId, findClickId } from './click-ids.js';
import { type Place, placeOfHost, placeOfName } from './find-place.js';

export interface GivenSource {
  /** Host of the previous page, unless it is the site's own; for an Android app, its package name. */
  referrerHost?: string | undefined;
  utm_source?: string | undefined;
  utm_medium?: string | undefined;
  utm_campaign?: string | undefined;
  /** The name of the parameter, such as `gclid`. */
  click_id?: string | undefined;
}

export interface FoundSource {
  /** The name of a known source (`Google`), else the host, else `utm_source` unchanged; at most 64 code points. */
  source?: string;
  channel: Channel;
}

const MAX_SOURCE = 64;
/** Longer input is truncated: the limit exceeds that of hosts and equals that of the columns. */
const MAX_GIVEN = 255;
const HOST = /^(?:https?:\/\/)?(?:www\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)\.?(?::\d+)?(?:\/|$)/;

/** Shortens a long host by dropping labels from the left, which are the least significant. */
function nameHost(host: string): string | undefined {
  let name = host.replace(/^www\.(?=[^.]+\.)/, '');
  while (name.length > MAX_SOURCE && name.includes('.')) name = name.slice(name.indexOf('.') + 1);
  return cleanText(name, MAX_SOURCE);
}

/** An unknown source counts as a referral. */
function placeOfReferrer(given: string | undefined): Place | undefined {
  const host = given?.slice(0, MAX_GIVEN).trim().toLowerCase().replace(/\.$/, '');
  if (!host) return undefined;
  const source = nameHost(host);
  return placeOfHost(host) ?? (source === undefined ? undefined : { source, channel: 'Referral' });
}

function placeOfSource(given: string | undefined): Place | undefined {
  const text = given?.slice(0, MAX_GIVEN).trim().toLowerCase();
  if (!text) return undefined;
  const host = HOST.exec(text)?.[1];
  const known = placeOfName(host ?? text);
  if (known !== undefined) return known;
  const source = host === undefined ? cleanText(given!, MAX_SOURCE) : nameHost(host);
  return source === undefined ? undefined : { source, channel: 'Referral' };
}

/** A paid click id takes precedence over the referrer; fbclid does not, see {@link findSource}. */
function placeWithoutSource(click: ClickId | undefined, referrerHost: string | undefined): Place | undefined {
  if (click !== undefined && click.channel !== 'Organic Social') return click;
  return placeOfReferrer(referrerHost) ?? click;
}

/**
 * The source comes from `utm_source`, else a click id, else the referrer. The channel comes from `utm_medium`, by the definitions of
 * Google Analytics (see {@link channelOfMedium}), else a click id, else the source: `{utm_source: 'google', click_id: 'gclid'}` is
 * Paid Search. Click ids apply to the network that adds them and to unknown values of `utm_source`, not to another known source.
 *
 * `fbclid` does not mean a paid click: Facebook and Instagram add it to every outgoing link, in posts and messages as well as ads, so
 * ads need a `utm_medium`. Links are also copied with it. So it makes a visit Organic Social from Facebook only if there is neither a
 * known `utm_source` nor a referrer, which is mostly the case in the app's own browser.
 */
export function findSource(given: GivenSource): FoundSource {
  const click = given.click_id === undefined ? undefined : findClickId(given.click_id);
  const named = placeOfSource(given.utm_source);
  const place = named ?? placeWithoutSource(click, given.referrerHost);
  const clickCounts = click !== undefined && (named?.channel === 'Referral' || place?.source === click.source);
  const usual = (clickCounts ? click.channel : place?.channel) ?? 'Direct';
  const channel = channelOfMedium(given.utm_medium, given.utm_campaign, usual);
  return place === undefined ? { channel } : { source: place.source, channel };
}
