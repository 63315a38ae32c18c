/** Rows about what is kept: bytes on disk and memory of reporting. */
import { infoRow, limitRow, memoryGrowthRow, type Row } from '../row.js';
import type { ReportingMemory } from './memory-of-reporting.js';

/** SEGMENT_CACHE_MB where nothing is set. */
const cacheMb = 256;
const besideMb = 200;

const rounded = (bytes: number) => bytes.toFixed(bytes < 10 ? 1 : 0);

export function bytesRows(sizes: Map<string, number>, events: number, clickhouseBytes?: number): Row[] {
  const of = (name: string) => (sizes.get(name) ?? 0) / events;
  const all = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0) / events;
  const largest = [...sizes].filter(([, bytes]) => bytes / events >= 0.1);
  const segments = limitRow('query: bytes per event of segments', of('segments') + of('segment_values'), 18, 'bytes');
  return [
    {
      ...segments,
      note: `segments ${rounded(of('segments'))}, segment_values ${rounded(of('segment_values'))}${
        clickhouseBytes ? `; ClickHouse ${rounded(clickhouseBytes / events)}, with the first byte of ids only` : ''
      }`,
    },
    {
      ...infoRow('query: bytes per event of all tables and indexes', all, 'bytes'),
      note: largest.map(([name, bytes]) => `${name} ${rounded(bytes / events)}`).join(', '),
    },
  ];
}

/** `incomplete` is what rows about the mix say when questions are missing from it. */
export function memoryRows({ idleMb, roundsMb, peakMb }: ReportingMemory, incomplete: Partial<Row>): Row[] {
  const name = 'query: memory of reporting, mixed questions about all sites';
  return [
    limitRow('query: memory of reporting, idle after a start', idleMb, 150, 'MB'),
    { ...limitRow(`${name}, highest`, peakMb, cacheMb + besideMb, 'MB'), ...incomplete },
    { ...memoryGrowthRow(name, roundsMb), ...incomplete },
  ];
}
