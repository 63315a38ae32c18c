/** Turns the agreement between who writes rollups and who reads them into one declaration: intervals, dimensions, values. */

/** Length of a rollup interval. 15 minutes divide every UTC offset in use. */
export const intervalMs = 900_000;

/** Intervals keep the rows of dimensions other than `all` for this many days. */
export const detailDays = 8;

/** The event type of rows of dimension `all` that stand for all types together; no event has it. */
export const allTypes = '';

/** Host of a referrer in lower case, without scheme, path and query; `direct` when there is none. */
const referrerHost = `coalesce(nullif(lower(split_part(split_part(split_part(
  case when strpos(referrer, '://') > 0 then split_part(referrer, '://', 2) else referrer end,
  '/', 1), '?', 1), '#', 1)), ''), 'direct')`;

/**
 * What events are rolled up by: the name of the dimension and its value as an SQL expression over columns of table events.
 * Adding one means a line here and a rebuild.
 */
export const rollupDimensions = [
  { name: 'all', value: `''` },
  { name: 'path', value: 'path' },
  { name: 'referrer', value: referrerHost },
  { name: 'profile', value: `coalesce(profile_id, '')` },
] as const;

export type RollupDimension = (typeof rollupDimensions)[number]['name'];
