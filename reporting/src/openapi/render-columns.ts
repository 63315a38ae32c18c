/** The columns of an event, and what is found out about it, as docs/events.md. */
import { enrichments } from '@millrace/shared/contract/enrichments';
import { allColumns } from '@millrace/shared/contract/event-columns';

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The whole page. */
export const renderColumns = (): string => `# Columns of an event

<!-- Written by \`npm run check -- --update-docs\` from event-columns.ts and enrichments.ts in shared/src/contract/: change it there. -->

Every column can be sent as a field of the event, by its name. What is sent is kept; of the others ingestion finds out what it can. Those
without *found out* are stored as they are sent. All of them but \`properties\`, \`timestamp\` and \`event_id\` can be asked for: see [query.md](query.md).

${table(
  ['column', 'characters at most', 'found out', 'what it is'],
  allColumns.map(({ name, characters, isContext, definition }) => [
    ...[`\`${name}\``, String(characters ?? ''), isContext ? 'yes' : '', definition],
  ]),
)}

## What is found out, and how

Only about events of pages (their request has an \`Origin\`, or loads a picture in a browser), and about events that say something of a visitor or a
page: a column of those above, or \`context\`. An event of a server that says neither stays as it is.

A server that passes on what its visitors do says whose event it is by \`context\`: \`{"ip":"203.0.113.7","user_agent":"Mozilla/5.0 ..."}\`. Address
and user agent are used and forgotten: neither is ever in the queue, in a log or in the database, and which address is which visitor stays in memory
only until the salt of the day is read again, every few seconds.

Each of these can be switched off for a site: \`PATCH /api/v1/sites/:site_id {"enrichment_off":["location"]}\` holds within seconds.

${table(
  ['name', 'what it fills in'],
  Object.entries(enrichments).map(([name, meaning]) => [`\`${name}\``, meaning]),
)}

- **Country.** From the header of a proxy (\`COUNTRY_HEADERS\`, from \`TRUST_PROXY\` only), else from the file \`GEO_DB\`, else from the bundled data, else
  it is that of the browser's time zone. Region and city need a \`GEO_DB\` that has them. The bundled data
  ([geo-whois-asn-country](https://github.com/sapics/ip-location-db), CC0, with data of the NRO under CC BY 4.0) are of June 2026 and get no updates;
  they are right for some 97 of 100 addresses. Name a file of your own where it matters.
- **Source and channel.** A campaign (\`utm_source\`, \`utm_medium\`) says more than a click id, and a click id more than the referrer. Hosts of the site
  itself are no source: the one that the page is on, and those of \`hostnames\`. Only entries have a source: ask for \`visit:source\` and \`visit:channel\` to
  count everything that a visit does.
- **Browser and system.** What a browser says in \`Sec-CH-UA\` and its relatives goes before its user agent, so that Chromium is called Chromium.
- **Bots** are the user agents on the list of [isbot](https://github.com/omrilotan/isbot), crawlers of AI services, and headless browsers. They are stored with the name of the bot, and
  [do not count](query.md) unless a question says \`include_bots\`.
- **Visitors without an id** get an id for one day (UTC): the first 16 bytes of HMAC-SHA-256, with the salt of the day, over site, address (of IPv6
  its /64) and user agent. No cookie is needed, and nothing is kept in the browser. Salts are random and are deleted a day later. From then on, an id
  can no longer be traced to a visitor, or to the id of another day. A visit over midnight goes on under its name, as far as one process of ingestion has seen it.
  Ranges of several days (UTC) count such a visitor once for each of them, and say \`visitor_model: daily\` in their \`meta\`. It takes \`DATABASE_URL\`: without it such events have no visitor.
  A visitor who signs in on the way is one visitor before and another, that of the \`user_id\`, from then on: events that are stored are not changed afterwards.
`;
