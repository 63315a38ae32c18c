import { cleanText } from './clean-text.js';
import { findClickId } from './click-ids.js';
import { remember } from './remember.js';

/** Values have 1 to 255 code points. */
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
/** Longer than any URL of an event. */
const MAX_QUERY = 4_096;

const parameterNames: ReadonlySet<string> = new Set([
  ...['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'],
  // Short forms of `utm_source`, with lower precedence because sites use these names for other things, too.
  ...['ref', 'source'],
]);

/**
 * Reads UTM parameters and the click id of a query string, with or without `?`. Invalid percent-encoding is left as it is, and invalid
 * UTF-8 becomes U+FFFD. Names are case-insensitive; if one is repeated, the first value that is not empty counts. If there are several
 * click ids, the last one counts: a shared link keeps the old ones, and the network that led here appended its own.
 */
export const readCampaign: (query: string) => Readonly<Campaign> = remember(1_000, read);

function read(query: string): Campaign {
  const given = new Map<string, string>();
  let clickId: string | undefined;
  for (const [key, value] of new URLSearchParams(query.slice(0, MAX_QUERY))) {
    // Links in mails and feeds are sometimes escaped twice.
    const name = key.replace(/^amp;/, '').toLowerCase();
    if (parameterNames.has(name)) {
      const text = given.has(name) ? undefined : cleanText(value, MAX_TEXT);
      if (text !== undefined) given.set(name, text);
    } else if (value !== '') clickId = findClickId(name)?.name ?? clickId;
  }
  // Always the same properties, so that all campaigns share a hidden class.
  return {
    utm_source: given.get('utm_source') ?? given.get('ref') ?? given.get('source'),
    utm_medium: given.get('utm_medium'),
    utm_campaign: given.get('utm_campaign'),
    utm_term: given.get('utm_term'),
    utm_content: given.get('utm_content'),
    click_id: clickId,
  };
}
