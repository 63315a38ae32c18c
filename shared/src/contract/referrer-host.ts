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

const ordinaryHost = `split_part(referrer, '/', 3)`;
const otherHost = `coalesce(nullif(regexp_replace(${host}, '^www\\.(?=[^.]+\\.)', ''), ''), 'direct')`;

/**
 * Host of `referrer`, a column of table events, as a URL parser understands it, without `www.` before a domain; `direct` when
 * there is none, or when it is one of the site's own hostnames; without `site` these are hosts like any other. Hosts that are not
 * ASCII became punycode when their event arrived. `site` is a parameter such as `$1`: a constant, so that Postgres reads the
 * hostnames once a statement.
 */
export function referrerHost(site?: string): string {
  const own = `(select nullif(sites.hostnames, '{}') from sites where sites.site_id = ${site})`;
  // Sites without hostnames, which most are, skip the comparison.
  const unlessOwn = (found: string) =>
    site === undefined
      ? found
      : `case when ${own} is not null and ${found} collate "C" = any(${own}::text[]) then 'direct' else ${found} end`;
  return `case
  when referrer is null or referrer = '' then 'direct'
  when ${ordinary} then ${unlessOwn(ordinaryHost)}
  else ${unlessOwn(otherHost)} end`;
}
