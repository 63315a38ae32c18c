/** What segments hold of an event, and in which bounds. */
import { type ContextColumn, contextColumns } from '../contract/event-columns.js';
import { referrerHost } from '../contract/referrer-host.js';

/** Path rules put these into properties where they take them out of a path; other senders say them in columns. */
const ofPaths: ReadonlySet<ContextColumn> = new Set(['hostname', 'query']);

const contextSql = (name: ContextColumn) => (ofPaths.has(name) ? `coalesce(${name}, properties ->> '${name}')` : name);

/**
 * Columns whose values a segment names by codes of the site's dictionary: the name, and the value as an SQL expression over columns
 * of table events. Adding one means a line here, a greater {@link layout}, and a migration that sets `segments_since` of every site to null, by
 * which rolls remove all segments and build them again.
 */
export const segmentColumns: readonly { name: SegmentColumn; sql: string }[] = [
  { name: 'event_type', sql: 'event_type' },
  { name: 'path', sql: 'path' },
  { name: 'profile_id', sql: 'profile_id' },
  // Also hosts that are the site's own: who reads knows which those are by then.
  { name: 'referrer', sql: referrerHost() },
  ...contextColumns.map((name) => ({ name, sql: contextSql(name) })),
];
export type SegmentColumn = 'event_type' | 'path' | 'profile_id' | 'referrer' | ContextColumn;

/** Of the list of columns and of how their values are written: each segment says by which one it was made. */
export const layout = 2;

/** The column of a property; its values are what `properties ->> name` gives. */
export const propertyColumn = (name: string): string => `property:${name}`;

export const segmentLimits = {
  /** An interval with more events has no segment, and is read from raw events. */
  rows: 4_000_000,
  /** Of several intervals that have more events together each gets segments of its own, so that a roll takes little memory. */
  gatheredRows: 500_000,
  /** Values that a site's dictionary holds of one column; once it is full, segments leave the column out. */
  values: 1_048_576,
  propertyValues: 131_072,
  /** Characters of all values of a column: a dictionary is read as a whole. */
  valueCharacters: 32_000_000,
  /** Characters of all values of all columns of a segment; with more it leaves out the column that has most. */
  segmentCharacters: 64_000_000,
  /** Properties of a segment; of more the most frequent ones are kept. */
  properties: 200,
  /** Properties that are looked at while a segment is made, the first ones; an event may have names that no other has. */
  knownProperties: 2_000,
  /** Characters of a property's name, as many as a question may have. */
  propertyName: 128,
} as const;

export const valuesLimit = (column: string): number =>
  column.startsWith('property:') ? segmentLimits.propertyValues : segmentLimits.values;

/** Values in one row of table segment_values. */
export const packSize = 4_096;
