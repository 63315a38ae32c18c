/** Removes values that no segment uses any more from a site's dictionaries, such as those of erased events. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize } from '@millrace/shared/segments/segment-columns';
import { openSegment, type StoredSegment } from './stored-segments.js';

/** Column → 1 for each code in use. Code 0 means no value and is never set. */
type UsedCodes = Map<string, Uint8Array>;

interface Pack {
  column: string;
  pack: number;
  values: (string | null)[];
}

const sizes = `/* processor.dictionarySizes */
select "column", max(pack + 1) * ${packSize} + 1 as size from segment_values where site_id = $1 group by "column"`;

const packsOf = `/* processor.dictionaryPacks */
select "column", pack, values from segment_values where site_id = $1 and "column" = $2 order by pack`;

const keep = `/* processor.keepValues */
update segment_values set values = $4 where site_id = $1 and "column" = $2 and pack = $3`;

const removeColumn = `/* processor.removeColumn */
delete from segment_values where site_id = $1 and "column" = $2`;

async function readUsed(client: PoolClient, siteId: string, segments: StoredSegment[]): Promise<UsedCodes> {
  const { rows } = await client.query<{ column: string; size: number }>(sizes, [siteId]);
  const used: UsedCodes = new Map(rows.map(({ column, size }) => [column, new Uint8Array(size)]));
  for (const segment of segments.filter(({ hasData }) => hasData)) {
    const open = await openSegment(client, siteId, segment);
    for (const [column, codes] of used) {
      if (!(column in open.directory.blocks)) continue;
      for (const code of await open.numbers(column)) if (code !== 0) codes[code] = 1;
    }
  }
  return used;
}

async function sweepColumn(client: PoolClient, siteId: string, column: string, used: Uint8Array): Promise<void> {
  const { rows } = await client.query<Pack>(packsOf, [siteId, column]);
  for (const { pack, values } of rows) {
    const kept = values.map((value, at) => (used[pack * packSize + at + 1] === 1 ? value : null));
    if (kept.some((value, at) => value !== values[at])) await client.query(keep, [siteId, column, pack, kept]);
  }
}

/**
 * Codes do not change; a removed value leaves a gap. An unused column is deleted: its dictionary may have been full, and its name
 * may contain personal data. Requires the claim of the site, and a transaction that changes the epoch, so that readers do not
 * confuse new codes with old ones.
 */
export async function sweepValues(client: PoolClient, siteId: string, segments: StoredSegment[]): Promise<void> {
  for (const [column, used] of await readUsed(client, siteId, segments)) {
    if (used.includes(1)) await sweepColumn(client, siteId, column, used);
    else await client.query(removeColumn, [siteId, column]);
  }
}
