/** Loads columns of segments as parts, from memory if they are there, otherwise from the database. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import { copyOut } from '@millrace/shared/platform/copy-out';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { readRows } from '@millrace/shared/platform/read-rows';
import type { Numbers } from '@millrace/shared/segments/number-block';
import type { Block, Directory } from '@millrace/shared/segments/segment-format';
import type { CoveringSegment, ListedSegment } from './cover-segments.js';
import type { Memory } from './memory.js';
import type { Part } from './part.js';
import type { ThreadPool } from './thread-pool.js';
import type { PackedBlock, UnpackedBlock, UnpackedBlocks } from './unpack-blocks.js';

export interface LoadContext {
  client: PoolClient;
  siteId: string;
  memory: Memory;
  pool: ThreadPool;
}

const readDirectories = `/* reporting.readDirectories */
select version::float8 as version, directory from segments
where site_id = $1 and (starts, version) in (
  select to_timestamp(ms / 1000), version from unnest($2::float8[], $3::float8[]::bigint[]) as requested(ms, version))`;

/** Directories of segments, by segment. */
export async function loadDirectories(
  { client, siteId, memory }: LoadContext,
  segments: ListedSegment[],
): Promise<Map<ListedSegment, Directory>> {
  const directories = new Map<ListedSegment, Directory>();
  const missing: ListedSegment[] = [];
  for (const segment of segments) {
    const cached = memory.directory(segment.key);
    if (cached) directories.set(segment, cached);
    else missing.push(segment);
  }
  if (missing.length === 0) return directories;
  const { rows } = await client.query<{ version: number; directory: Directory }>(readDirectories, [
    ...[siteId, missing.map(({ startMs }) => startMs), missing.map(({ version }) => version)],
  ]);
  const found = new Map(rows.map(({ version, directory }) => [version, directory]));
  for (const segment of missing) {
    const directory = found.get(segment.version)!;
    directories.set(segment, directory);
    memory.keepDirectory(segment.key, directory);
  }
  return directories;
}

/** A block that is not in memory. */
interface MissingBlock {
  segment: ListedSegment;
  column: string;
  block: Block;
}

/**
 * The column has external storage, so Postgres reads only these bytes. They come by `copy`: a query would send them as hex, twice
 * as long.
 */
const readBlocks = `/* reporting.readBlocks */
select substring(data from first for length) as data from (
  select place, to_timestamp(ms / 1000) as starts, version, first, length
  from unnest($2::float8[], $3::float8[]::bigint[], $4::int[], $5::int[]) with ordinality as requested(ms, version, first, length, place)
) as requested join segments using (starts, version) where site_id = $1 order by place`;

async function fetchBlocks({ client, siteId }: LoadContext, missing: MissingBlock[]): Promise<PackedBlock[]> {
  const values = [
    siteId,
    missing.map(({ segment }) => segment.startMs),
    missing.map(({ segment }) => segment.version),
    missing.map(({ block }) => block[1] + 1),
    missing.map(({ block }) => block[2]),
  ];
  const packed: PackedBlock[] = [];
  await readRows(copyOut(client, readBlocks, values, 'binary'), 1, ({ bytes, starts, ends }) => {
    const { block, segment } = missing[packed.length]!;
    // A copy, because posting a slice of a buffer to a thread sends the whole buffer.
    packed.push({ block, data: new Uint8Array(bytes.subarray(starts[0], ends[0])), rows: segment.rows });
  });
  // Blocks are identified only by their order.
  if (packed.length !== missing.length) throw new Error(`${packed.length} blocks came instead of ${missing.length}`);
  return packed;
}

/** Bytes fetched at once: while threads unpack one batch, the next is on its way. */
const batchBytes = 2 ** 20;

function* batchesOf(missing: MissingBlock[]): Generator<MissingBlock[]> {
  let batch: MissingBlock[] = [];
  let bytes = 0;
  for (const each of missing) {
    if (bytes > batchBytes) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(each);
    bytes += each.block[2];
  }
  if (batch.length > 0) yield batch;
}

function splitEvenly<T>(list: T[], count: number): T[][] {
  const size = Math.ceil(list.length / count);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

async function unpack(pool: ThreadPool, packed: PackedBlock[]): Promise<UnpackedBlocks> {
  const shares = splitEvenly(packed, pool.threads);
  return (await Promise.all(shares.map((blocks) => pool.run({ kind: 'unpack', blocks })))).flat();
}

export class CorruptSegmentError extends Error {
  override readonly name = 'CorruptSegmentError';
  readonly segment: ListedSegment;
  constructor(segment: ListedSegment, column: string) {
    super(`Segment ${segment.key} cannot be read: column ${column} is corrupt`);
    this.segment = segment;
  }
}

async function loadMissing(loading: LoadContext, missing: MissingBlock[], found: Map<MissingBlock, UnpackedBlock>) {
  const batches = [...batchesOf(missing)];
  const fetchBatch = (at: number) => {
    const fetching = batches[at] && fetchBlocks(loading, batches[at]);
    fetching?.catch(() => {}); // thrown where this is awaited
    return fetching;
  };
  let fetching = fetchBatch(0);
  for (const [at, batch] of batches.entries()) {
    const packed = await fetching!;
    fetching = fetchBatch(at + 1);
    const numbers = await unpack(loading.pool, packed);
    for (const [place, each] of batch.entries()) {
      const block = numbers[place];
      if (block === undefined) throw new CorruptSegmentError(each.segment, each.column);
      found.set(each, block);
      loading.memory.keepBlock(each.segment.key, each.column, block);
    }
  }
}

/** The columns to load of a segment. */
export interface PlannedPart extends CoveringSegment {
  directory: Directory;
  columns: readonly string[];
}

/** @throws CorruptSegmentError */
export async function loadParts(loading: LoadContext, requested: PlannedPart[]): Promise<Part[]> {
  const missing: MissingBlock[] = [];
  const parts = requested.map(({ segment, directory, columns, windows }) => {
    const cached = new Map<string, UnpackedBlock>();
    for (const column of columns) {
      const block = directory.blocks[column];
      if (block === undefined) continue;
      const unpacked = loading.memory.block(segment.key, column);
      if (unpacked) cached.set(column, unpacked);
      else missing.push({ segment, column, block });
    }
    return { segment, cached, windows };
  });
  const found = new Map<MissingBlock, UnpackedBlock>();
  if (missing.length > 0) await loadMissing(loading, missing, found);
  const bySegment = new Map(parts.map(({ segment, cached }) => [segment, cached]));
  for (const [{ segment, column }, numbers] of found) bySegment.get(segment)!.set(column, numbers);
  return parts.map(({ segment, cached, windows }) => toPart(segment, cached, windows));
}

/** Session ids are kept apart from the columns, since they do not have one entry per row. */
function toPart(segment: ListedSegment, cached: Map<string, UnpackedBlock>, windows?: number[]): Part {
  const { rows, startMs, covers } = segment;
  const sessionIds = cached.get('session_ids') as BigUint64Array | undefined;
  cached.delete('session_ids');
  const columns = cached as Map<string, Numbers>;
  const endMs = covers.at(-1)! * intervalMs;
  return { rows, startMs, endMs, columns, ...(sessionIds && { sessionIds }), ...(windows && { windows }) };
}
