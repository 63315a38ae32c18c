/** Lists, reads and removes the segments of a site. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Covering } from '@millrace/shared/segments/interval-ranges';
import { CorruptBlockError, type Numbers } from '@millrace/shared/segments/number-block';
import { type Block, type Directory, readIds, readNumbers } from '@millrace/shared/segments/segment-format';

export interface StoredSegment extends Covering {
  starts: Date;
  ends: Date;
  rows: number;
  /** False if there are too many events, see table segments. */
  hasData: boolean;
  /** The columns it omits, as a text to compare. */
  omits: string;
}

const list = `/* processor.listSegments */
select starts, ends, version::float8 as version, covers, rows, data is not null as "hasData",
  coalesce((directory -> 'leftOut')::text || (directory -> 'leavesOutMore')::text, '') as omits
from segments where site_id = $1 order by starts, version`;

export async function listSegments(client: PoolClient, siteId: string): Promise<StoredSegment[]> {
  return (await client.query<StoredSegment>(list, [siteId])).rows;
}

export interface OpenSegment {
  directory: Directory;
  /** All zero if there is no such block. @throws CorruptSegmentError */
  numbers(name: string): Promise<Numbers>;
  /** @throws CorruptSegmentError */
  sessionIds(): Promise<BigUint64Array>;
}

/** A block of `segment` cannot be read. */
export class CorruptSegmentError extends Error {
  override readonly name = 'CorruptSegmentError';
  constructor(
    readonly segment: StoredSegment,
    cause: CorruptBlockError,
  ) {
    super(cause.message, { cause });
  }
}

/** Smaller segments are read whole; of larger ones only the requested blocks. */
const bytesAtOnce = 1_000_000;

const read = `/* processor.readSegment */
select directory, case when length(data) <= ${bytesAtOnce} then data end as data
from segments where site_id = $1 and starts = $2 and version = $3`;

const readPart = `/* processor.readBlock */
select substr(data, $4::int + 1, $5::int) as data from segments where site_id = $1 and starts = $2 and version = $3`;

export async function openSegment(client: PoolClient, siteId: string, segment: StoredSegment): Promise<OpenSegment> {
  const { starts, version, rows } = segment;
  const found = await client.query<{ directory: Directory; data: Buffer | null }>(read, [siteId, starts, version]);
  const { directory, data } = found.rows[0]!;
  async function readBlock<T>(name: string, none: T, decode: (block: Block, bytes: Buffer) => T): Promise<T> {
    const block = directory.blocks[name];
    if (block === undefined) return none;
    const [, offset, length] = block;
    const part = data
      ? data.subarray(offset, offset + length)
      : (await client.query<{ data: Buffer }>(readPart, [siteId, starts, version, offset, length])).rows[0]!.data;
    try {
      return decode(block, part);
    } catch (error) {
      throw error instanceof CorruptBlockError ? new CorruptSegmentError(segment, error) : error;
    }
  }
  return {
    directory,
    numbers: (name) =>
      readBlock<Numbers>(name, new Uint8Array(rows), (block, bytes) => readNumbers(block, bytes, rows)),
    sessionIds: () => readBlock('session_ids', new BigUint64Array(), (_, bytes) => readIds(bytes)),
  };
}

const remove = `/* processor.removeSegments */
delete from segments where site_id = $1 and version = any($2::bigint[])`;

export async function removeSegments(client: PoolClient, siteId: string, segments: StoredSegment[]): Promise<void> {
  await client.query(remove, [siteId, segments.map(({ version }) => version)]);
}
