/** The rate of durable single-event requests, against the straightforward design and against the release before. */
import type { Bench } from '../bench.js';
import { loadRatioRow } from '../load-row.js';
import { limitRow, type Row } from '../row.js';
import { measureSingleRates } from '../single-rates.js';

const name = 'single: POST /event, durable, 64 connections';

export async function measureSingle(bench: Bench): Promise<Row[]> {
  const { ours, baseline, previous, ingestionPeakMb } = await bench.once(measureSingleRates);
  return [
    loadRatioRow(bench.tool, `${name}, vs baseline`, ours, baseline, 4),
    ...(previous ? [loadRatioRow(bench.tool, `${name}, vs ${previous.server}`, ours, previous)] : []),
    limitRow('single: peak memory of ingestion', ingestionPeakMb, 250, 'MB'),
  ];
}
