/** The segments that a site has: which there are, and what is in them. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { Covering } from '@millrace/shared/segments/interval-ranges';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { type Directory, readIds, readNumbers } from '@millrace/shared/segments/segment-format';

export interface StoredSegment extends Covering {
  starts: Date;
  ends: Date;
  rows: number;
  /** False for one whose events are too many, see table segments. */
  hasData: boolean;
}

const list = `/* processor.listSegments */
select starts, ends, version::float8 as version, covers, rows, data is not null as "hasData"
from segments where site_id = $1 order by starts, version`;

export async function listSegments(client: PoolClient, siteId: string): Promise<StoredSegment[]> {
  return (await client.query<StoredSegment>(list, [siteId])).rows;
}

/** A segment with its bytes. */
export interface OpenSegment {
  directory: Directory;
  /** All zero where there is no block. @throws CorruptBlockError */
  numbers(name: string): Numbers;
  /** @throws CorruptBlockError */
  sessionIds(): BigUint64Array;
}

const read = `/* processor.readSegment */
select directory, data from segments where site_id = $1 and starts = $2 and version = $3`;

export async function openSegment(client: PoolClient, siteId: string, segment: StoredSegment): Promise<OpenSegment> {
  const { starts, version, rows } = segment;
  const found = await client.query<{ directory: Directory; data: Buffer }>(read, [siteId, starts, version]);
  const { directory, data } = found.rows[0]!;
  const bytesOf = ([, offset, length]: readonly [unknown, number, number]) => data.subarray(offset, offset + length);
  return {
    directory,
    numbers(name) {
      const block = directory.blocks[name];
      return block ? readNumbers(block, bytesOf(block), rows) : new Uint8Array(rows);
    },
    sessionIds() {
      const block = directory.blocks.session_ids;
      return block ? readIds(bytesOf(block)) : new BigUint64Array();
    },
  };
}

const remove = `/* processor.removeSegments */
delete from segments where site_id = $1 and version = any($2::bigint[])`;

export async function removeSegments(client: PoolClient, siteId: string, segments: StoredSegment[]): Promise<void> {
  await client.query(remove, [siteId, segments.map(({ version }) => version)]);
}
