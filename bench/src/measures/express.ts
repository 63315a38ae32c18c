/** Turns durable single-event requests into our rate against an Express app that keeps nothing. */
import type { Bench } from '../bench.js';
import { type Row, ratioRow } from '../row.js';
import { measureSingleRates } from '../single-rates.js';

export async function measureExpress(bench: Bench): Promise<Row[]> {
  const { ours, express } = await bench.once(measureSingleRates);
  return [ratioRow('express: the same vs bare Express, which keeps nothing', ours, express, 2)];
}
