/** The columns of an event. Its type, validation, insert statement, segment columns and docs/events.md derive from this list. */

interface EventColumn {
  name: string;
  /** Postgres type. */
  type: 'text' | 'timestamptz' | 'uuid' | 'jsonb';
  /** Every stored event has it. */
  isRequired?: true;
  /** Maximum length in characters. */
  characters?: number;
  mayBeEmpty?: true;
  /** Describes the visitor or the page. Ingestion derives it if it was not sent; since version 2 of the job. */
  isContext?: true;
  definition: string;
}

const context = <const Name extends string>(name: Name, characters: number, definition: string) =>
  ({ name, type: 'text', characters, isContext: true, definition }) as const;

export const eventColumns = [
  { name: 'site_id', type: 'text', isRequired: true, characters: 64, definition: 'Site that the event belongs to.' },
  { name: 'timestamp', type: 'timestamptz', isRequired: true, definition: 'When it happened.' },
  { name: 'event_id', type: 'uuid', isRequired: true, definition: 'Unique id, the same for retries of an event.' },
  { name: 'event_type', type: 'text', isRequired: true, characters: 64, definition: 'What happened.' },
  {
    name: 'path',
    type: 'text',
    isRequired: true,
    characters: 2048,
    mayBeEmpty: true,
    definition: 'Page or screen; empty for server-side events.',
  },
  { name: 'user_id', type: 'text', characters: 128, definition: 'Who did it.' },
  {
    name: 'session_id',
    type: 'text',
    characters: 128,
    definition: 'Session id, if the sender tracks sessions itself.',
  },
  { name: 'profile_id', type: 'text', characters: 128, definition: 'What the event is about.' },
  { name: 'referrer', type: 'text', characters: 2048, mayBeEmpty: true, definition: 'URL that the visitor came from.' },
  { name: 'properties', type: 'jsonb', definition: 'Anything else.' },
  context('hostname', 255, 'Host of the page, in lower case.'),
  context('title', 512, 'Title of the page.'),
  context('query', 2048, 'Query string of the URL, without the question mark.'),
  context('country', 2, 'Country of the visitor, ISO 3166-1 alpha-2 such as `DE`.'),
  context('region', 128, 'State or province.'),
  context('city', 128, 'City.'),
  context('browser', 64, 'Browser, such as `Firefox`.'),
  context('browser_version', 64, 'Major version of the browser.'),
  context('os', 64, 'Operating system, such as `Windows`.'),
  context('os_version', 64, 'Version of the operating system.'),
  context('device', 64, '`desktop`, `mobile`, `tablet`, `tv`, `console` or `bot`.'),
  context('language', 35, 'Preferred language, such as `de-AT`.'),
  context('screen', 16, 'Screen size, such as `1920x1080`.'),
  context('timezone', 64, 'Time zone of the visitor, such as `Europe/Vienna`.'),
  context('utm_source', 255, 'Parameter `utm_source` of the URL.'),
  context('utm_medium', 255, 'Parameter `utm_medium`.'),
  context('utm_campaign', 255, 'Parameter `utm_campaign`.'),
  context('utm_term', 255, 'Parameter `utm_term`.'),
  context('utm_content', 255, 'Parameter `utm_content`.'),
  context('click_id', 64, 'Name of the ad click id in the URL, such as `gclid`; its value stays in the query.'),
  context('source', 255, 'Where the visitor came from: a name such as `Google`, or the host of the referrer.'),
  context('channel', 64, 'Kind of source, such as `Organic Search` or `Direct`.'),
  context('bot', 128, 'Name of the bot that sent the event, such as `GPTBot`; absent for people.'),
] as const satisfies EventColumn[];

type Column = (typeof eventColumns)[number];
type Required = Extract<Column, { isRequired: true }>;
type ValueOf<C extends Column> = C['type'] extends 'jsonb' ? Record<string, unknown> : string;

export type ContextColumn = Extract<Column, { isContext: true }>['name'];
/** Properties of the visitor and the page. */
export type EventContext = { [Name in ContextColumn]?: string };

/**
 * An event in the queue, as it is inserted into table events. `timestamp` is ISO 8601 with a zone and at most microsecond
 * precision, `event_id` a UUID.
 */
export type Event = { [C in Required as C['name']]: ValueOf<C> } & {
  [C in Exclude<Column, Required> as C['name']]?: ValueOf<C>;
} & {
  /**
   * The client's timestamp, for an event that came with `event_id` and `sent_at`. It identifies retries, because the corrected
   * `timestamp` may differ with each delivery.
   */
  client_time?: string;
};

/** The same list with a wider type. */
export const allColumns: readonly EventColumn[] = eventColumns;
export const contextColumns: readonly ContextColumn[] = allColumns
  .filter(({ isContext }) => isContext)
  .map(({ name }) => name as ContextColumn);

const contextNames: ReadonlySet<string> = new Set(contextColumns);

/** Iterates over the event, since most events have few of the columns. */
export function hasContext(event: EventContext): boolean {
  for (const name in event) if (contextNames.has(name) && event[name as ContextColumn] !== undefined) return true;
  return false;
}

/** Fields of an event in transit that are not columns. A field missing here makes every event that has it slow. */
const transient = ['client_time', 'sent_at', 'context'];
const absent = Object.fromEntries(
  [...allColumns.map(({ name }) => name), ...transient].map((name) => [name, undefined]),
);

/**
 * A copy with a slot for every column. Adding many columns one by one to events of different shapes takes ten times as long,
 * because V8 gives each a different hidden class.
 */
export function withAllColumns<Given extends EventContext>(event: Given): Given {
  const copy: Record<string, unknown> = { ...absent };
  for (const name in event) copy[name] = event[name];
  return copy as Given;
}

const contextKey = new RegExp(`"(?:${contextColumns.join('|')})"\\s*:`);

/** Whether the JSON text of events may have columns of version 2. False positives occur, for example if a property has such a name. */
export const mayHaveContext = (events: string): boolean => contextKey.test(events);
