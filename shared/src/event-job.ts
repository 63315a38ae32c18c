/** The job that carries events from ingestion to the processor. */
import { mayHaveContext } from './event-columns.js';
import type { EventIngestData } from './job-data.js';

/**
 * Version 1 unless an event has columns that only version 2 knows, so that processors of the release before store all others.
 * @param events text of a JSON array
 */
export const eventJob = (events: string, count: number, hasContext = mayHaveContext(events)): EventIngestData => ({
  v: hasContext ? 2 : 1,
  count,
  events,
});
