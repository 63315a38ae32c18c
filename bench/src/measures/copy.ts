/** Turns the drained rows into our rate against one COPY of them into the same table. */
import type { Bench } from '../bench.js';
import { measureDrainRates } from '../drain-rates.js';
import { type Row, ratioRow } from '../row.js';

export async function measureCopy(bench: Bench): Promise<Row[]> {
  const { drain, copy } = await bench.once(measureDrainRates);
  return [ratioRow('copy: draining vs one COPY of the same rows', drain, copy, 0.5)];
}
