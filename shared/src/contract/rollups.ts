/** Length of a rollup interval. 15 minutes divide every UTC offset in use. */
export const intervalMs = 900_000;

/** The event type of rollup rows for all types together; no event has it. */
export const allTypes = '';

/** `segments_since` of `site_rollups rolled` while it is up to date; null if no segment may be read. */
export const segmentsHeldSince = 'case when rolled.rolled_at = rolled.segments_at then rolled.segments_since end';
