/** The job that carries events from ingestion to the processor. */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import Joi from 'joi';
import { mayHaveContext } from './event-columns.js';
import { object } from './job-data.js';

/**
 * `events` is the text of a JSON array of `count` events, passed to Postgres unchanged. In version 2 they may have context columns
 * and may be compressed.
 */
export interface EventIngestData {
  v: 1 | 2;
  count: number;
  events: string;
  /** `events` is Brotli in base64. */
  encoding?: 'br';
  /** Only if compressed: whether any event has a context column. */
  context?: boolean;
}

export const eventJobSchema = object<EventIngestData>({
  v: Joi.valid(1, 2).required(),
  count: Joi.number().integer().min(1).required(),
  events: Joi.string().required(),
  encoding: Joi.valid('br'),
  context: Joi.boolean(),
});

const [compress, decompress] = [promisify(brotliCompress), promisify(brotliDecompress)];

/** Compressing smaller jobs saves little, and the request would wait for the compression thread. */
const compressFromCharacters = 16_384;
/** No valid job is as large; keeps a corrupt one from filling the memory. */
const maxBytes = 64_000_000;
/** A quarter of the size for less than a microsecond per event; higher levels take much longer for little gain. */
const quality = 1;

/**
 * Version 1 unless an event has context columns, so that processors of the previous release can store all other events.
 * @param events text of a JSON array
 */
export const eventJob = (events: string, count: number, hasContext = mayHaveContext(events)): EventIngestData => ({
  v: hasContext ? 2 : 1,
  count,
  events,
});

/** The same, but large ones are compressed, which requires version 2. */
export async function packedEventJob(events: string, count: number, hasContext: boolean): Promise<EventIngestData> {
  if (events.length < compressFromCharacters) return eventJob(events, count, hasContext);
  const bytes = Buffer.from(events);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const packed = await compress(bytes, { params });
  return { v: 2, count, events: packed.toString('base64'), encoding: 'br', context: hasContext };
}

/** The job's events cannot be unpacked; a retry would not help. */
export class BrokenJobError extends Error {
  override readonly name = 'BrokenJobError';
}

const isDataError = (error: unknown) =>
  /^(ERR__|ERR_BROTLI|ERR_BUFFER_TOO_LARGE|Z_)/.test(String((error as { code?: string }).code));

/**
 * The text of a job's events, and whether they may have context columns.
 * @throws BrokenJobError if they are not valid Brotli, or larger than any job.
 */
export async function unpackEvents({ v, events, encoding, context = v > 1 }: EventIngestData) {
  if (encoding === undefined) return { events, hasContext: context };
  try {
    const bytes = await decompress(Buffer.from(events, 'base64'), { maxOutputLength: maxBytes });
    return { events: bytes.toString(), hasContext: context };
  } catch (error) {
    throw isDataError(error) ? new BrokenJobError('events cannot be unpacked', { cause: error }) : error;
  }
}
