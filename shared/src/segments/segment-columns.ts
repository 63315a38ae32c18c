/** The columns of segments, and their limits. */
import { type ContextColumn, contextColumns } from '../contract/event-columns.js';
import { referrerHost } from '../contract/referrer-host.js';

/** Path rules store these in properties when they strip them from a path; other senders use the columns. */
const pathColumns: ReadonlySet<ContextColumn> = new Set(['hostname', 'query']);

const contextSql = (name: ContextColumn) =>
  pathColumns.has(name) ? `coalesce(${name}, properties ->> '${name}')` : name;

/**
 * Columns that segments store as codes of the site's dictionary, each with an SQL expression over table events. To add one, add a
 * line here, raise {@link layout}, and add a migration that sets `segments_since` of every site to null, which makes rolls rebuild
 * all segments.
 */
export const segmentColumns: readonly { name: SegmentColumn; sql: string }[] = [
  { name: 'event_type', sql: 'event_type' },
  { name: 'path', sql: 'path' },
  { name: 'profile_id', sql: 'profile_id' },
  // Includes the site's own hosts, which are filtered out when reading, because they may change.
  { name: 'referrer', sql: referrerHost() },
  ...contextColumns.map((name) => ({ name, sql: contextSql(name) })),
];
export type SegmentColumn = 'event_type' | 'path' | 'profile_id' | 'referrer' | ContextColumn;

/** Version of the list of columns and of their encoding; stored in each segment. */
export const layout = 2;

/** The column of a property; its values are those of `properties ->> name`. */
export const propertyColumn = (name: string): string => `property:${name}`;

export const segmentLimits = {
  /** An interval with more events has no segment, and is read from raw events. */
  rows: 4_000_000,
  /** Intervals that have more events together get separate segments, to limit the memory of a roll. */
  gatheredRows: 500_000,
  /** Values of one column in a site's dictionary; once it is full, segments omit the column. */
  values: 1_048_576,
  propertyValues: 131_072,
  /** Characters of all values of a column, because a dictionary is read as a whole. */
  valueCharacters: 32_000_000,
  /** Characters of all values of a segment; above this it omits the largest column. */
  segmentCharacters: 64_000_000,
  /** Properties of a segment; the most frequent ones are kept. */
  properties: 200,
  /** The first properties that are counted while a segment is built, because every event may have new names. */
  knownProperties: 2_000,
  /** Characters of a property's name, the same limit as in queries. */
  propertyName: 128,
} as const;

export const valuesLimit = (column: string): number =>
  column.startsWith('property:') ? segmentLimits.propertyValues : segmentLimits.values;

/** Values in one row of table segment_values. */
export const packSize = 4_096;
