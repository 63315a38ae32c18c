/** The columns of an event: one list, of which its type, its rules, the insert, the columns of segments and docs/events.md are made. */

interface EventColumn {
  name: string;
  /** Of Postgres. */
  type: 'text' | 'timestamptz' | 'uuid' | 'jsonb';
  /** Every stored event has it. */
  isRequired?: true;
  /** Longest text that a sender may put there, in characters. */
  characters?: number;
  mayBeEmpty?: true;
  /** Describes the visitor or the page. Ingestion finds it out where the sender does not say it; since version 2 of the job. */
  isContext?: true;
  definition: string;
}

const context = <const Name extends string>(name: Name, characters: number, definition: string) =>
  ({ name, type: 'text', characters, isContext: true, definition }) as const;

export const eventColumns = [
  { name: 'site_id', type: 'text', isRequired: true, characters: 64, definition: 'Site that the event belongs to.' },
  { name: 'timestamp', type: 'timestamptz', isRequired: true, definition: 'When it happened.' },
  { name: 'event_id', type: 'uuid', isRequired: true, definition: 'Tells retries of one event from two events.' },
  { name: 'event_type', type: 'text', isRequired: true, characters: 64, definition: 'What happened.' },
  {
    name: 'path',
    type: 'text',
    isRequired: true,
    characters: 2048,
    mayBeEmpty: true,
    definition: 'Page or place in the application; empty for events of a server.',
  },
  { name: 'user_id', type: 'text', characters: 128, definition: 'Who did it.' },
  { name: 'session_id', type: 'text', characters: 128, definition: 'Session, where the sender has its own.' },
  { name: 'profile_id', type: 'text', characters: 128, definition: 'What the event is about.' },
  {
    name: 'referrer',
    type: 'text',
    characters: 2048,
    mayBeEmpty: true,
    definition: 'Address that the visitor came from.',
  },
  { name: 'properties', type: 'jsonb', definition: 'Anything else.' },
  context('hostname', 255, 'Host of the page, in lower case.'),
  context('title', 512, 'Title of the page.'),
  context('query', 2048, 'Query of the address, without the question mark.'),
  context('country', 2, 'Country of the visitor, ISO 3166-1 alpha-2 such as `DE`.'),
  context('region', 128, 'State or province.'),
  context('city', 128, 'City.'),
  context('browser', 64, 'Browser, such as `Firefox`.'),
  context('browser_version', 64, 'Major version of the browser.'),
  context('os', 64, 'Operating system, such as `Windows`.'),
  context('os_version', 64, 'Version of the operating system.'),
  context('device', 64, '`desktop`, `mobile`, `tablet`, `tv`, `console` or `bot`.'),
  context('language', 35, 'Preferred language, such as `de-AT`.'),
  context('screen', 16, 'Size of the screen, such as `1920x1080`.'),
  context('timezone', 64, 'Time zone of the visitor, such as `Europe/Vienna`.'),
  context('utm_source', 255, 'Parameter `utm_source` of the address.'),
  context('utm_medium', 255, 'Parameter `utm_medium`.'),
  context('utm_campaign', 255, 'Parameter `utm_campaign`.'),
  context('utm_term', 255, 'Parameter `utm_term`.'),
  context('utm_content', 255, 'Parameter `utm_content`.'),
  context(
    'click_id',
    64,
    'Which click id of an advertising network the address carried, such as `gclid`; its value stays in the query.',
  ),
  context('source', 255, 'Where the visitor came from, such as `Google`, or the host of the referrer.'),
  context('channel', 64, 'Kind of the source, such as `Organic Search` or `Direct`.'),
  context('bot', 128, 'Name of the bot that sent the event, such as `GPTBot`; absent for people.'),
] as const satisfies EventColumn[];

type Column = (typeof eventColumns)[number];
type Required = Extract<Column, { isRequired: true }>;
type ValueOf<C extends Column> = C['type'] extends 'jsonb' ? Record<string, unknown> : string;

export type ContextColumn = Extract<Column, { isContext: true }>['name'];
/** What is known of the visitor and the page. */
export type EventContext = { [Name in ContextColumn]?: string };

/**
 * An event as it travels through the queue into table events. `timestamp` is ISO 8601 with a zone and at most microseconds,
 * `event_id` a UUID.
 */
export type Event = { [C in Required as C['name']]: ValueOf<C> } & {
  [C in Exclude<Column, Required> as C['name']]?: ValueOf<C>;
} & {
  /**
   * The timestamp as its client wrote it, of an event with an id of its own that came with `sent_at`: `timestamp` may be
   * another one with each delivery, and a retry is known by this.
   */
  client_time?: string;
};

/** The same list where the kinds of its entries do not matter. */
export const allColumns: readonly EventColumn[] = eventColumns;
export const contextColumns: readonly ContextColumn[] = allColumns
  .filter(({ isContext }) => isContext)
  .map(({ name }) => name as ContextColumn);

const contextNames: ReadonlySet<string> = new Set(contextColumns);

/** Looks at what is there, since most events have few of the columns. */
export function hasContext(event: EventContext): boolean {
  for (const name in event) if (contextNames.has(name) && event[name as ContextColumn] !== undefined) return true;
  return false;
}

/** Not columns, but fields of an event on its way: one that is missing here makes each event that has it slow. */
const passing = ['client_time', 'sent_at', 'context'];
const absent = Object.fromEntries([...allColumns.map(({ name }) => name), ...passing].map((name) => [name, undefined]));

/**
 * A copy that has a place for every column. Where events differ in what they have, filling in many columns takes ten times as long
 * if they are added one by one.
 */
export function withAllColumns<Given extends EventContext>(event: Given): Given {
  const copy: Record<string, unknown> = { ...absent };
  for (const name in event) copy[name] = event[name];
  return copy as Given;
}

const contextKey = new RegExp(`"(?:${contextColumns.join('|')})"\\s*:`);

/** Whether the JSON text of events may have columns of version 2; in doubt, as when a property has the name of one, it is true. */
export const mayHaveContext = (events: string): boolean => contextKey.test(events);
