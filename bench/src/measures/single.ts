/** Turns durable single-event requests into our rate against one job per event. */
import type { Bench } from '../bench.js';
import { limitRow, type Row, ratioRow } from '../row.js';
import { measureSingleRates } from '../single-rates.js';

export async function measureSingle(bench: Bench): Promise<Row[]> {
  const { ours, baseline, ingestionPeakMb } = await bench.once(measureSingleRates);
  return [
    ratioRow('single: POST /event, durable, 64 connections, vs baseline', ours, baseline, 4),
    limitRow('single: peak memory of ingestion', ingestionPeakMb, 250, 'MB'),
  ];
}
