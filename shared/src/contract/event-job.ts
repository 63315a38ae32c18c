/** The job that carries events from ingestion to the processor, as a type, its Joi schema, and what makes and reads it. */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import Joi from 'joi';
import { mayHaveContext } from './event-columns.js';
import { object } from './job-data.js';

/**
 * `events` is the text of a JSON array of `count` events, handed to Postgres as it is. Those of version 2 may have columns that
 * describe the visitor and the page, and may be compressed.
 */
export interface EventIngestData {
  v: 1 | 2;
  count: number;
  events: string;
  /** `events` is Brotli in base64. */
  encoding?: 'br';
  /** Of compressed ones: whether some event has such a column. */
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

/** Below it a job gains little, and a request waits for the thread that compresses. */
const compressFromCharacters = 16_384;
/** What can be in a job is less: it keeps a broken one from filling the memory. */
const mostBytes = 64_000_000;
/** A quarter of the size for less than a microsecond an event; more takes much longer for little. */
const quality = 1;

/**
 * Version 1 unless an event has columns that only version 2 knows, so that processors of the release before store all others.
 * @param events text of a JSON array
 */
export const eventJob = (events: string, count: number, hasContext = mayHaveContext(events)): EventIngestData => ({
  v: hasContext ? 2 : 1,
  count,
  events,
});

/** The same, compressed where it is large, which is of version 2 as well. */
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

/** Of what cannot be unpacked however often it is tried. */
export class BrokenJobError extends Error {
  override readonly name = 'BrokenJobError';
}

const isOfData = (error: unknown) =>
  /^(ERR__|ERR_BROTLI|ERR_BUFFER_TOO_LARGE|Z_)/.test(String((error as { code?: string }).code));

/**
 * The text of a job's events, and whether they may have columns that only version 2 knows. @throws BrokenJobError where it is no
 * Brotli, or more than any job holds.
 */
export async function unpackEvents({ v, events, encoding, context = v > 1 }: EventIngestData) {
  if (encoding === undefined) return { events, hasContext: context };
  try {
    const bytes = await decompress(Buffer.from(events, 'base64'), { maxOutputLength: mostBytes });
    return { events: bytes.toString(), hasContext: context };
  } catch (error) {
    throw isOfData(error) ? new BrokenJobError('events cannot be unpacked', { cause: error }) : error;
  }
}
