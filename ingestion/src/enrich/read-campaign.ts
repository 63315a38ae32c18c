/** Which campaign the address of a page names. */
import { cleanText } from './clean-text.js';
import { findClickId } from './click-ids.js';

/** The texts have 1 to 255 code points. */
export interface Campaign {
  utm_source?: string;
  utm_medium?: string;
  utm_campaign?: string;
  utm_term?: string;
  utm_content?: string;
  /** The name of the parameter, such as `gclid`. */
  click_id?: string;
}

const MAX_TEXT = 255;
/** More than the address of an event can hold. */
const MAX_QUERY = 4_096;

const utmNames = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;
/** Shorter names of `utm_source`, which other parameters may have by chance. */
const otherSources = ['ref', 'source'] as const;
const wanted: ReadonlySet<string> = new Set([...utmNames, ...otherSources]);

/**
 * @param query the query of an address as it was sent, with or without `?`. Percent-encodings that are broken stay as they are,
 * and what is not UTF-8 becomes U+FFFD; names count in any case, of equal ones the first that is not empty. Of several click ids the
 * last counts: a link that was shared keeps the old ones, and the network that led here added its own behind them.
 */
export function readCampaign(query: string): Campaign {
  const given = new Map<string, string>();
  let clickId: string | undefined;
  for (const [key, value] of new URLSearchParams(query.slice(0, MAX_QUERY))) {
    // Links in mails and feeds are sometimes escaped once too often.
    const name = key.replace(/^amp;/, '').toLowerCase();
    if (wanted.has(name)) {
      const text = given.has(name) ? undefined : cleanText(value, MAX_TEXT);
      if (text !== undefined) given.set(name, text);
    } else if (value !== '') clickId = findClickId(name)?.name ?? clickId;
  }
  const campaign: Campaign = {};
  for (const name of utmNames) if (given.has(name)) campaign[name] = given.get(name)!;
  const other = otherSources.find((name) => given.has(name));
  if (campaign.utm_source === undefined && other !== undefined) campaign.utm_source = given.get(other)!;
  if (clickId !== undefined) campaign.click_id = clickId;
  return campaign;
}
