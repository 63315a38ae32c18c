/** Renders docs/events.md. */
import { enrichments } from '@millrace/shared/contract/enrichments';
import { allColumns } from '@millrace/shared/contract/event-columns';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const renderColumns = (): string => `# Columns of an event

<!-- Written by \`npm run check -- --update-docs\` from event-columns.ts and enrichments.ts in shared/src/contract/. Edit those instead. -->

Every column can be sent as a field of the event, under its name. What is sent is never overwritten. Ingestion fills in the columns marked
*enriched* if they were not sent; the others are stored as sent. All columns except \`properties\`, \`timestamp\` and \`event_id\` can be used in
queries: see [query.md](query.md).

${table(
  ['column', 'max characters', 'enriched', 'meaning'],
  allColumns.map(({ name, characters, isContext, definition }) => [
    ...[`\`${name}\``, String(characters ?? ''), isContext ? 'yes' : '', definition],
  ]),
)}

## Enrichment

Enriched are events sent by a page (the request has an \`Origin\`, or loads a pixel in a browser) and events that say something about a visitor or
page: one of the enriched columns, or \`context\`. Other events from servers are stored as they are.

A server that forwards the events of its visitors describes the visitor in \`context\`: \`{"ip":"203.0.113.7","user_agent":"Mozilla/5.0 ..."}\`. IP
address and user agent are used and discarded: they never reach the queue, a log or the database. Which address belongs to which visitor stays in
memory only until the salt of the day is next read, every few seconds.

Each enrichment can be switched off for a site: \`PATCH /api/v1/sites/:site_id {"enrichment_off":["location"]}\` takes effect within seconds.

${table(
  ['name', 'fills in'],
  Object.entries(enrichments).map(([name, meaning]) => [`\`${name}\``, meaning]),
)}

- **Country.** The first of these that is available: the header of a trusted proxy (\`COUNTRY_HEADERS\`, \`TRUST_PROXY\`), the file \`GEO_DB\`, the
  bundled data, the browser's time zone. Region and city need a \`GEO_DB\` that has them. The bundled data
  ([geo-whois-asn-country](https://github.com/sapics/ip-location-db), CC0, with data of the NRO under CC BY 4.0) is from June 2026, is not updated
  and is right for about 97% of addresses. Use your own \`GEO_DB\` if that is not enough.
- **Source and channel.** A campaign (\`utm_source\`, \`utm_medium\`) takes precedence over a click id, and a click id over the referrer. The site's own
  hosts (the host of the page, and \`hostnames\`) are not sources. Only the entry of a visit has a source: use \`visit:source\` and \`visit:channel\` to
  count everything in the visit.
- **Browser and system.** \`Sec-CH-UA\` and related headers take precedence over the user agent, which cannot tell Chromium from Chrome.
- **Bots** are the user agents on the list of [isbot](https://github.com/omrilotan/isbot), crawlers of AI services, and headless browsers. They are
  stored with the name of the bot and [do not count](query.md) unless a query sets \`include_bots\`. Event types with
  [rules](ingestion.md#event-types-with-rules), such as \`payment\`, are never marked as bots.
- **Visitors without an id** get an id for one day (UTC): the first 16 bytes of an HMAC-SHA-256, keyed with the salt of the day, over site, IP
  address (for IPv6 the /64) and user agent. There is no cookie, and nothing is stored in the browser. Salts are random and deleted a day later; after
  that an id can no longer be traced to a visitor or to the id of another day. A visit that crosses midnight keeps its id if the same ingestion
  process saw it before. Ranges of several days (UTC) count such a visitor once per day and have \`visitor_model: daily\` in \`meta\`. Needs
  \`DATABASE_URL\`; without it these events have no visitor. A visitor who signs in counts as a second visitor, with the \`user_id\`, from then on: stored
  events are not changed.
`;
