/** The rate of durable single-event requests against an Express app that keeps nothing. */
import type { Bench } from '../bench.js';
import { loadRatioRow } from '../load-row.js';
import type { Row } from '../row.js';
import { measureSingleRates } from '../single-rates.js';

export async function measureExpress(bench: Bench): Promise<Row[]> {
  const { ours, express } = await bench.once(measureSingleRates);
  return [loadRatioRow(bench.tool, 'express: the same vs bare Express, which keeps nothing', ours, express, 3.3)];
}
