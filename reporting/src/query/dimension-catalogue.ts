/**
 * Every dimension. Parser, planners, raw SQL, the OpenAPI document and docs/query.md are made from this list, so a new one begins here;
 * one that is grouped by is a column of segments, too.
 */
import { allColumns, type ContextColumn } from '@millrace/shared/contract/event-columns';
import { referrerHost } from '@millrace/shared/contract/referrer-host';
import { type SegmentColumn, segmentColumns } from '@millrace/shared/segments/segment-columns';

export interface DimensionEntry {
  name: string;
  /** `column` of every event, `person`, which is for filters only, `visit`, a page of it, or a `family` of names with a prefix. */
  kind: 'column' | 'person' | 'visit' | 'family';
  /** Names of the Plausible Stats API v2 that mean it, or one of the family. */
  aliases?: readonly string[] | Readonly<Record<string, string>>;
  definition: string;
  /** Its value over columns of table events, of a site that is a parameter. */
  sql?: (site: () => string) => string;
  /** A condition that follows from `sql = any(values)` and that an index answers. */
  indexSql?: (values: string) => string;
  isRolledUp?: true;
  isNullable?: true;
}

/** As segments have it. */
const segmentSql = (name: SegmentColumn) => () => segmentColumns.find((column) => column.name === name)!.sql;

/** As in index events_path: a path itself can be longer than an index entry may be. */
const narrowPath = (values: string) =>
  `hashtextextended(path, 0) = any(array(select hashtextextended(value, 0) from unnest(${values}) as value))`;

type ContextEntry<Name extends ContextColumn = ContextColumn> = Name extends ContextColumn
  ? { name: Name; kind: 'column'; definition: string; sql: () => string; isNullable: true; aliases?: readonly string[] }
  : never;

const contextAliases: Partial<Record<ContextColumn, readonly string[]>> = {
  // Where path rules put them, and where they are of events that ingestion finds out nothing about.
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
    definition: 'Path of the event as it is stored.',
    sql: segmentSql('path'),
    indexSql: narrowPath,
  },
  {
    name: 'referrer',
    kind: 'column',
    definition: 'Host that the visitor came from. Without one it is `direct`, and `is_set` is false.',
    // Segments have hosts of the site itself, too: the engine knows which those are by now.
    sql: (site) => referrerHost(site()),
  },
  {
    name: 'profile_id',
    kind: 'column',
    definition: 'Profile that the event is about; null when it has none.',
    sql: segmentSql('profile_id'),
    isNullable: true,
  },
  ...contextDimensions,
  {
    name: 'entry_page',
    kind: 'visit',
    aliases: ['visit:entry_page'],
    definition: 'Path of the first view of the visit that the event is part of; null without a view or a visit.',
    isNullable: true,
  },
  {
    name: 'exit_page',
    kind: 'visit',
    aliases: ['visit:exit_page'],
    definition: 'Path of its last view.',
    isNullable: true,
  },
  {
    name: 'visit:<dimension>',
    kind: 'family',
    aliases: { 'visit:property:hostname': 'visit:hostname', 'visit:property:query': 'visit:query' },
    definition:
      'What a dimension of events, such as `referrer`, `country` or `property:<name>`, is at the first event of the visit.',
    isNullable: true,
  },
  {
    name: 'user_id',
    kind: 'person',
    definition: 'User of the event; filters only.',
    sql: () => 'user_id',
    isNullable: true,
  },
  {
    name: 'session_id',
    kind: 'person',
    definition: 'Session of the event; filters only.',
    sql: () => 'session_id',
    isNullable: true,
  },
  {
    name: 'property:<name>',
    kind: 'family',
    definition:
      'Text of the property; of numbers, booleans, lists and objects their JSON; null when it is absent or JSON null. `property:a.b` is the property of that name where there is one, else b within a.',
    isNullable: true,
  },
] as const satisfies DimensionEntry[];

/** Units of dimension `time:<unit>`. */
export interface UnitEntry extends Pick<DimensionEntry, 'name' | 'definition' | 'isRolledUp'> {
  /** Gathers what lies in many places of the range. */
  isCyclic?: true;
}

export const timeUnits = [
  { name: 'minute', definition: 'Minutes, named by their start and the offset of the zone.' },
  {
    name: 'hour',
    definition: 'Hours of the clock, named by their start and the offset; an hour that the clock shows twice is two.',
    isRolledUp: true,
  },
  { name: 'day', definition: 'Days of the zone, of 23 to 25 hours where its clock changes.', isRolledUp: true },
  {
    name: 'week',
    definition: 'Weeks from Monday, or from Sunday with `week_start`, named by their first day.',
    isRolledUp: true,
  },
  { name: 'month', definition: 'Months of the calendar, named by their first day.', isRolledUp: true },
  {
    name: 'quarter',
    definition: 'Quarters from January, April, July and October, named by their first day.',
    isRolledUp: true,
  },
  { name: 'year', definition: 'Years, named by 1 January.', isRolledUp: true },
  {
    name: 'hour_of_day',
    definition:
      'Hours 0 to 23 that the clock shows, over the whole range. An hour that the clock skips has fewer events, one that it shows twice has those of both. The values are strings, such as `"9"`.',
    isRolledUp: true,
    isCyclic: true,
  },
  {
    name: 'day_of_week',
    definition:
      'Days 1 (Monday) to 7 (Sunday), over the whole range. `week_start` changes their order, not their numbers, which are strings like all values of dimensions.',
    isRolledUp: true,
    isCyclic: true,
  },
] as const satisfies UnitEntry[];

type Entry = (typeof dimensions)[number];
export type ColumnDimension = Extract<Entry, { kind: 'column' }>['name'];
/** Columns that are filtered by, but not grouped by: they have as many values as a site has people. */
export type PersonColumn = Extract<Entry, { kind: 'person' }>['name'];
/** Pages of the visit that an event is part of. */
export type VisitPage = Extract<Entry, { kind: 'visit' }>['name'];
export type TimeUnit = (typeof timeUnits)[number]['name'];
/** Units that gather what lies in many places of the range. */
export type CyclicUnit = Extract<(typeof timeUnits)[number], { isCyclic: true }>['name'];
export type SeriesUnit = Exclude<TimeUnit, CyclicUnit>;

const namesOf = <Kind extends Entry['kind']>(kind: Kind) =>
  dimensions.filter((entry) => entry.kind === kind).map(({ name }) => name) as Extract<Entry, { kind: Kind }>['name'][];

export const columnDimensions: ColumnDimension[] = namesOf('column');
export const personColumns: PersonColumn[] = namesOf('person');
export const visitPages: VisitPage[] = namesOf('visit');

const byName = new Map<string, DimensionEntry>(dimensions.map((entry) => [entry.name, entry]));

/** Undefined for members of a family. */
export const dimensionEntry = (name: string): DimensionEntry | undefined => byName.get(name);
