/** Turns the agreement between who adds a job and who works on it into one declaration: queue, name, data, options. */
import Joi from 'joi';

/** Contract of the jobs that carry events: what ingestion adds and the processor consumes. */
export const eventIngest = {
  queue: 'event-ingest',
  name: 'events',
  /** Jobs, not events, that one worker keeps active: what may be merged into one statement. */
  concurrency: 32,
  options: {
    // A transient fault must never cost an event its job; poison is set aside by the processor and spends none.
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1_000 },
    removeOnComplete: true,
    // A job that failed for good is kept until somebody looks at it.
    removeOnFail: false,
  },
} as const;

/** Data of an event job: `events` is the text of a JSON array of `count` events, handed to Postgres as it is. */
export interface EventIngestData {
  v: 1;
  count: number;
  events: string;
}

/** What an event job reports back. */
export interface EventIngestResult {
  events: number;
}

export const eventIngestDataSchema = Joi.object<EventIngestData>({
  v: Joi.valid(1).required(),
  count: Joi.number().integer().min(1).required(),
  events: Joi.string().required(),
}).required();

/** All queues, for those who watch over them. */
export const queueNames = [eventIngest.queue] as const;
