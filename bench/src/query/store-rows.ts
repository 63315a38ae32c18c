import type { Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { clickhouseBytesPerEvent } from '../frozen-baselines.js';
import { infoRow, limitRow, memoryGrowthRow, type Row } from '../row.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { onlyBiggestSite, trafficSites } from '../traffic/traffic-sites.js';
import { runCase } from './query-case.js';
import { type Letter, mixedCase } from './query-cases.js';

/** With indexes and TOAST; partitions count towards their table. */
const tableSizes = `/* bench.tableSizes */
select coalesce(parent.relname, class.relname) as name, sum(pg_total_relation_size(class.oid))::float8 as bytes
from pg_class as class
left join pg_inherits on inhrelid = class.oid
left join pg_class as parent on parent.oid = inhparent
where class.relkind = 'r' and class.relnamespace = 'public'::regnamespace
group by 1 order by 2 desc`;

/** Bytes by table, largest first. */
export async function readTableSizes(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; bytes: number }>(tableSizes);
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}

interface ReportingMemory {
  idleMb: number;
  /** After each round. */
  roundsMb: number[];
  peakMb: number;
}

const queriesPerSite = 2;

/** Each round queries every site, with the cases in a different order. */
export const measureMemoryOfReporting = (
  bench: Bench,
  { url }: Database,
  letters: Letter[],
): Promise<ReportingMemory> =>
  withClosing(bench, async (closing) => {
    const reporting = await startReporting(bench, closing, { DATABASE_URL: url, CACHE_MB: '0' });
    const idleMb = reporting.rssMb();
    const roundsMb: number[] = [];
    const sites = bench.settings.query.allSites ? trafficSites : onlyBiggestSite;
    let turn = 0;
    const now = Date.now();
    for (let round = 0; round < bench.settings.query.memoryRounds; round += 1) {
      bench.stopped.throwIfAborted();
      for (const { id } of sites) {
        for (let number = 0; number < queriesPerSite; number += 1) {
          await runCase(reporting.url, mixedCase(now, turn, letters, id));
          turn += 1;
        }
      }
      // Otherwise a site would get the same queries in every round.
      turn += 1;
      roundsMb.push(reporting.rssMb());
    }
    return { idleMb, roundsMb, peakMb: reporting.peakRssMb() };
  });

/** Default of SEGMENT_CACHE_MB. */
const cacheMb = 256;
const otherMb = 200;

const rounded = (bytes: number) => bytes.toFixed(bytes < 10 ? 1 : 0);

export function bytesRows(sizes: Map<string, number>, events: number): Row[] {
  const of = (name: string) => (sizes.get(name) ?? 0) / events;
  const all = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) / events;
  const largest = [...sizes].filter(([, bytes]) => bytes / events >= 0.1);
  const segments = limitRow('query: bytes per event of segments', of('segments') + of('segment_values'), 18, 'bytes');
  return [
    {
      ...segments,
      note: `segments ${rounded(of('segments'))}, segment_values ${rounded(of('segment_values'))}; ClickHouse ${clickhouseBytesPerEvent}, with the first byte of ids only`,
    },
    {
      ...infoRow('query: bytes per event of all tables and indexes', all, 'bytes'),
      note: largest.map(([name, bytes]) => `${name} ${rounded(bytes / events)}`).join(', '),
    },
  ];
}

/** `incomplete` marks rows about the mix when cases are missing from it. */
export function memoryRows({ idleMb, roundsMb, peakMb }: ReportingMemory, incomplete: Partial<Row>): Row[] {
  const name = 'query: memory of reporting, mixed queries over all sites';
  return [
    limitRow('query: memory of reporting, idle after a start', idleMb, 150, 'MB'),
    { ...limitRow(`${name}, highest`, peakMb, cacheMb + otherMb, 'MB'), ...incomplete },
    { ...memoryGrowthRow(name, roundsMb), ...incomplete },
  ];
}
