/** What it costs to bring all aggregates of a site up to date after one view, and how that grows with the site. */
import { type Bench, withClosing } from '../bench.js';
import { aggregateOneView } from '../jobs/aggregate-one-view.js';
import { infoRow, limitRow, type Row } from '../row.js';
import { median } from '../statistics.js';

export async function measureAggregates(bench: Bench): Promise<Row[]> {
  const { monthEvents, barEvents } = bench.settings.jobs.aggregates;
  const rows: Row[] = [];
  for (const events of monthEvents) {
    const { ms, firstMs } = await withClosing(bench, (closing) => aggregateOneView(bench, closing, events));
    const name = `aggregates: a view more on a site of ${events.toLocaleString('en')} events in 30 days`;
    const seconds = median(ms) / 1_000;
    const row = events === barEvents ? limitRow(name, seconds, 1, 's') : infoRow(name, seconds, 's');
    rows.push({ ...row, rounds: ms.map((each) => `${each} ms`).join(' · ') });
    rows.push(infoRow(`${name}, the first aggregation of it`, firstMs / 1_000, 's'));
  }
  return rows;
}
