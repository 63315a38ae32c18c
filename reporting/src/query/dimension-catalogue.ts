/**
 * All dimensions. The parser, the planners, raw SQL, the OpenAPI document and docs/query.md use this list, so a new dimension
 * starts here. One that rows can be grouped by also needs a segment column.
 */
import { allColumns, type ContextColumn } from '@millrace/shared/contract/event-columns';
import { referrerHost } from '@millrace/shared/contract/referrer-host';
import { type SegmentColumn, segmentColumns } from '@millrace/shared/segments/segment-columns';

export interface DimensionEntry {
  name: string;
  /**
   * `column`: a column of events. `person`: identifies a person, for filters only. `visit`: a page of the visit.
   * `family`: names with a common prefix.
   */
  kind: 'column' | 'person' | 'visit' | 'family';
  /** Its names in the Plausible Stats API v2; for a family, those of its members. */
  aliases?: readonly string[] | Readonly<Record<string, string>>;
  definition: string;
  /** Its expression over the columns of table events; `site` returns the placeholder of the site. */
  sql?: (site: () => string) => string;
  /** A condition implied by `sql = any(values)` that can use an index. */
  indexSql?: (values: string) => string;
  isRolledUp?: true;
  isNullable?: true;
}

/** The expression that segments are built with. */
const segmentSql = (name: SegmentColumn) => () => segmentColumns.find((column) => column.name === name)!.sql;

/** Matches index events_path, which is on a hash: a path can be longer than an index entry. */
const pathIndexSql = (values: string) =>
  `hashtextextended(path, 0) = any(array(select hashtextextended(value, 0) from unnest(${values}) as value))`;

type ContextEntry<Name extends ContextColumn = ContextColumn> = Name extends ContextColumn
  ? { name: Name; kind: 'column'; definition: string; sql: () => string; isNullable: true; aliases?: readonly string[] }
  : never;

const contextAliases: Partial<Record<ContextColumn, readonly string[]>> = {
  // `property:` is where path rules put these values, and where they are in events that ingestion does not enrich.
  hostname: ['event:hostname', 'property:hostname'],
  query: ['property:query'],
  region: ['visit:region_name'],
  city: ['visit:city_name'],
};

/** Columns that describe the visitor and the page. */
const contextDimensions = allColumns
  .filter(({ isContext }) => isContext)
  .map(({ name, definition }) => {
    const aliases = contextAliases[name as ContextColumn];
    const entry = { name, kind: 'column', definition, sql: segmentSql(name as ContextColumn), isNullable: true };
    return { ...entry, ...(aliases && { aliases }) } as ContextEntry;
  });

export const dimensions = [
  {
    name: 'event_type',
    kind: 'column',
    aliases: ['event:name'],
    definition: 'Type of the event.',
    sql: segmentSql('event_type'),
    isRolledUp: true,
  },
  {
    name: 'path',
    kind: 'column',
    aliases: ['event:page'],
    definition: 'Path of the event, as stored.',
    sql: segmentSql('path'),
    indexSql: pathIndexSql,
  },
  {
    name: 'referrer',
    kind: 'column',
    definition: 'Host that the visitor came from. Without a referrer it is `direct`, and `is_set` is false.',
    // Segments also store the site's own hosts; the engine treats them as `direct` by the current hostnames.
    sql: (site) => referrerHost(site()),
  },
  {
    name: 'profile_id',
    kind: 'column',
    definition: 'Profile that the event is about; null without a profile.',
    sql: segmentSql('profile_id'),
    isNullable: true,
  },
  ...contextDimensions,
  {
    name: 'entry_page',
    kind: 'visit',
    aliases: ['visit:entry_page'],
    definition: 'Path of the first view of the visit that the event belongs to; null without a view or a visit.',
    isNullable: true,
  },
  {
    name: 'exit_page',
    kind: 'visit',
    aliases: ['visit:exit_page'],
    definition: 'Path of the last view of that visit; null without a view or a visit.',
    isNullable: true,
  },
  {
    name: 'visit:<dimension>',
    kind: 'family',
    aliases: { 'visit:property:hostname': 'visit:hostname', 'visit:property:query': 'visit:query' },
    definition:
      'Value of an event dimension, such as `referrer`, `country` or `property:<name>`, at the first event of the visit.',
    isNullable: true,
  },
  {
    name: 'user_id',
    kind: 'person',
    definition: 'User of the event; only for filters.',
    sql: () => 'user_id',
    isNullable: true,
  },
  {
    name: 'session_id',
    kind: 'person',
    definition: 'Session of the event; only for filters.',
    sql: () => 'session_id',
    isNullable: true,
  },
  {
    name: 'property:<name>',
    kind: 'family',
    definition:
      'Value of the property as text; numbers, booleans, lists and objects are their JSON; null when the property is absent or JSON null. `property:a.b` is the property named `a.b` if there is one, otherwise `b` within `a`.',
    isNullable: true,
  },
] as const satisfies DimensionEntry[];

/** A unit of dimension `time:<unit>`. */
export interface UnitEntry extends Pick<DimensionEntry, 'name' | 'definition' | 'isRolledUp'> {
  /** Recurs throughout the range, so a bucket has many separate stretches of time. */
  isCyclic?: true;
}

export const timeUnits = [
  { name: 'minute', definition: 'Minutes, labelled with their start and UTC offset.' },
  {
    name: 'hour',
    definition:
      'Hours of the local clock, labelled with their start and UTC offset; an hour that the clock shows twice is two buckets.',
    isRolledUp: true,
  },
  { name: 'day', definition: 'Days in the time zone, 23 to 25 hours long when the clock changes.', isRolledUp: true },
  {
    name: 'week',
    definition: 'Weeks from Monday, or from Sunday with `week_start`, labelled with their first day.',
    isRolledUp: true,
  },
  { name: 'month', definition: 'Calendar months, labelled with their first day.', isRolledUp: true },
  {
    name: 'quarter',
    definition: 'Quarters from January, April, July and October, labelled with their first day.',
    isRolledUp: true,
  },
  { name: 'year', definition: 'Years, labelled with 1 January.', isRolledUp: true },
  {
    name: 'hour_of_day',
    definition:
      'Hours of the local clock, 0 to 23, over the whole range. An hour that the clock skips has fewer events, and one that it shows twice has the events of both. The values are strings, such as `"9"`.',
    isRolledUp: true,
    isCyclic: true,
  },
  {
    name: 'day_of_week',
    definition:
      'Days of the week, 1 (Monday) to 7 (Sunday), over the whole range. `week_start` changes their order but not their numbers, which are strings like all dimension values.',
    isRolledUp: true,
    isCyclic: true,
  },
] as const satisfies UnitEntry[];

type Entry = (typeof dimensions)[number];
export type ColumnDimension = Extract<Entry, { kind: 'column' }>['name'];
/** Columns for filters but not for grouping: they have as many values as the site has visitors. */
export type PersonColumn = Extract<Entry, { kind: 'person' }>['name'];
/** Pages of the visit that an event belongs to. */
export type VisitPage = Extract<Entry, { kind: 'visit' }>['name'];
export type TimeUnit = (typeof timeUnits)[number]['name'];
/** Units that recur throughout the range. */
export type CyclicUnit = Extract<(typeof timeUnits)[number], { isCyclic: true }>['name'];
export type SeriesUnit = Exclude<TimeUnit, CyclicUnit>;

const namesOf = <Kind extends Entry['kind']>(kind: Kind) =>
  dimensions.filter((entry) => entry.kind === kind).map(({ name }) => name) as Extract<Entry, { kind: Kind }>['name'][];

export const columnDimensions: ColumnDimension[] = namesOf('column');
export const personColumns: PersonColumn[] = namesOf('person');
export const visitPages: VisitPage[] = namesOf('visit');

const byName = new Map<string, DimensionEntry>(dimensions.map((entry) => [entry.name, entry]));

/** The entry of a dimension; undefined for members of a family. */
export const dimensionEntry = (name: string): DimensionEntry | undefined => byName.get(name);
