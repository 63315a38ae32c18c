/** Where a visit came from, and on which channel. */
import type { Channel } from './channel.js';
import { channelOfMedium } from './channel-of-medium.js';
import { cleanText } from './clean-text.js';
import { type ClickId, findClickId } from './click-ids.js';
import { type Place, placeOfHost, placeOfName } from './find-place.js';

export interface GivenSource {
  /** Of the page before, if it is another site's; of an Android app the name of its package. */
  referrerHost?: string | undefined;
  utm_source?: string | undefined;
  utm_medium?: string | undefined;
  utm_campaign?: string | undefined;
  /** The name of the parameter, such as `gclid`. */
  click_id?: string | undefined;
}

export interface FoundSource {
  /** A known place by its name (`Google`), else the host, else `utm_source` as it is; at most 64 code points. */
  source?: string;
  channel: Channel;
}

const MAX_SOURCE = 64;
/** Of what is given no more is looked at: it is longer than a host can be, and as long as the columns. */
const MAX_GIVEN = 255;
const HOST = /^(?:https?:\/\/)?(?:www\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)\.?(?::\d+)?(?:\/|$)/;

/** A host that is too long loses labels from its left, which say least. */
function nameHost(host: string): string | undefined {
  let name = host.replace(/^www\.(?=[^.]+\.)/, '');
  while (name.length > MAX_SOURCE && name.includes('.')) name = name.slice(name.indexOf('.') + 1);
  return cleanText(name, MAX_SOURCE);
}

/** What is not in the table is a place of its own, which refers. */
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

/** A click that was paid for tells more than a referrer; fbclid tells less, see {@link findSource}. */
function placeWithoutSource(click: ClickId | undefined, referrerHost: string | undefined): Place | undefined {
  if (click !== undefined && click.channel !== 'Organic Social') return click;
  return placeOfReferrer(referrerHost) ?? click;
}

/**
 * `utm_source` says where from, else a click id, else the referrer; `utm_medium` says on which channel, by the definitions of Google
 * Analytics (see {@link channelOfMedium}), else a click id, else the place itself: `{utm_source: 'google', click_id: 'gclid'}` is
 * Paid Search. Click ids count for the place that adds them and for a `utm_source` that only refers, not for another place.
 *
 * `fbclid` does not mean paid: Facebook and Instagram add it to every link that leaves them, in posts and messages as in ads, so
 * that an ad has to say so by `utm_medium`. Links are copied with it, too; so it makes a visit Facebook's, Organic Social, only
 * where neither a `utm_source` that is known nor a referrer says otherwise, which for the most part is the app's own browser.
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
