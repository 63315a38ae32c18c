/** Where a referrer says that people came from, in SQL: rollups, raw events, filters and verification share this one definition. */

/** The form of nearly all: nothing to take off, so that a look and a cut are enough. */
const ordinary = `referrer ~ '^https?://[a-z0-9.-]*[a-z0-9](/|$)' and referrer not like '%://www.%'`;

/**
 * What stands between scheme and path, where there is a scheme with `//`, only `//`, or no scheme at all (`news.example/x`,
 * `news.example:8080`). A scheme without `//` has no host (`about:blank`, `javascript:...`).
 */
const authority = `substring(referrer from
  '^\\s*(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//|(?![A-Za-z][A-Za-z0-9+.-]*:(?!\\d{1,5}(?:[/?#]|$))))([^/?#\\\\\\s]*)')`;

/** Without credentials, port and one final dot, in lower case. */
const host = `lower(regexp_replace(${authority}, '^.*@|\\.?(?::\\d*)?$', '', 'g'))`;

/**
 * Host of `referrer`, a column of table events, as a URL parser understands it, without `www.` before a domain; `direct` when
 * there is none. Hosts that are not ASCII became punycode when their event arrived.
 */
export const referrerHost = `case
  when referrer is null or referrer = '' then 'direct'
  when ${ordinary} then split_part(referrer, '/', 3)
  else coalesce(nullif(regexp_replace(${host}, '^www\\.(?=[^.]+\\.)', ''), ''), 'direct') end`;
