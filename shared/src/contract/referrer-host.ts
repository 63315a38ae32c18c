/** The only SQL definition of a referrer's host, shared by rollups, raw events, filters and verification. */

/** Almost all referrers: nothing needs to be removed, so a match and a split are enough. */
const ordinary = `referrer ~ '^https?://[a-z0-9.-]*[a-z0-9](/|$)' and referrer not like '%://www.%'`;

/**
 * The part between scheme and path, if there is a scheme with `//`, only `//`, or no scheme at all (`news.example/x`,
 * `news.example:8080`). A scheme without `//` has no host (`about:blank`, `javascript:...`).
 */
const authority = `substring(referrer from
  '^\\s*(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//|(?![A-Za-z][A-Za-z0-9+.-]*:(?!\\d{1,5}(?:[/?#]|$))))([^/?#\\\\\\s]*)')`;

/** Without credentials, port and one trailing dot, in lower case. */
const host = `lower(regexp_replace(${authority}, '^.*@|\\.?(?::\\d*)?$', '', 'g'))`;

const ordinaryHost = `split_part(referrer, '/', 3)`;
const otherHost = `coalesce(nullif(regexp_replace(${host}, '^www\\.(?=[^.]+\\.)', ''), ''), 'direct')`;

/**
 * SQL for the host of column `referrer` of table events, as a URL parser understands it, without a leading `www.`; `direct` if
 * there is none, or if it is one of the site's own hostnames. Without `site`, own hostnames are treated like any other. Hosts
 * were converted to punycode on arrival. `site` is a parameter such as `$1`: being constant, it lets Postgres read the hostnames
 * once per statement.
 */
export function referrerHost(site?: string): string {
  const own = `(select nullif(sites.hostnames, '{}') from sites where sites.site_id = ${site})`;
  // Most sites have no hostnames and skip the comparison.
  const unlessOwn = (found: string) =>
    site === undefined
      ? found
      : `case when ${own} is not null and ${found} collate "C" = any(${own}::text[]) then 'direct' else ${found} end`;
  return `case
  when referrer is null or referrer = '' then 'direct'
  when ${ordinary} then ${unlessOwn(ordinaryHost)}
  else ${unlessOwn(otherHost)} end`;
}
