/** Reads UTM parameters and click ids from the query of a page. */
import { cleanText } from './clean-text.js';
import { findClickId } from './click-ids.js';
import { remember } from './remember.js';

/** The texts have 1 to 255 code points. */
export interface Campaign {
  utm_source?: string | undefined;
  utm_medium?: string | undefined;
  utm_campaign?: string | undefined;
  utm_term?: string | undefined;
  utm_content?: string | undefined;
  /** The name of the parameter, such as `gclid`. */
  click_id?: string | undefined;
}

const MAX_TEXT = 255;
/** More than the address of an event can hold. */
const MAX_QUERY = 4_096;

const wanted: ReadonlySet<string> = new Set([
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'],
  // Shorter names of `utm_source`, which other parameters may have by chance.
  ...['ref', 'source'],
]);

/**
 * @param query the query of an address as it was sent, with or without `?`. Percent-encodings that are broken stay as they are,
 * and what is not UTF-8 becomes U+FFFD; names count in any case, of equal ones the first that is not empty. Of several click ids the
 * last counts: a link that was shared keeps the old ones, and the network that led here added its own behind them.
 */
export const readCampaign: (query: string) => Readonly<Campaign> = remember(1_000, read);

function read(query: string): Campaign {
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
  // All have one shape, which is read faster than many.
  return {
    utm_source: given.get('utm_source') ?? given.get('ref') ?? given.get('source'),
    utm_medium: given.get('utm_medium'),
    utm_campaign: given.get('utm_campaign'),
    utm_term: given.get('utm_term'),
    utm_content: given.get('utm_content'),
    click_id: clickId,
  };
}
