/** Turns a day of events into the time and memory of rolling it up, and the marks of an insert into what they cost. */
import type { Bench } from '../bench.js';
import { measureMarkRates, measureReleaseRates } from '../rollup/insert-rates.js';
import { rollOneDay } from '../rollup/roll-one-day.js';
import { infoRow, limitRow, missingRow, type Row, ratioRow } from '../row.js';

/** What the documents that the project began with allow for a day of 2.4 million events. */
const allowedSeconds = 300;

export async function measureRollup(bench: Bench): Promise<Row[]> {
  const { smallRollEvents, largeRollEvents } = bench.settings;
  const small = await rollOneDay(bench, smallRollEvents);
  const large = await rollOneDay(bench, largeRollEvents);
  const name = `rollup: ${largeRollEvents.toLocaleString('en')} events of one day of one site`;
  const [withMarks, withoutMarks] = await measureMarkRates(bench);
  return [
    limitRow(`rollup: ${smallRollEvents.toLocaleString('en')} events of one day of one site`, small.seconds, 3, 's'),
    limitRow(name, large.seconds, 45, 's'),
    infoRow(`${name}, times faster than the 5 minutes once allowed`, allowedSeconds / large.seconds, 'x'),
    limitRow(`${name}, peak memory of the processor`, large.processorPeakMb, 350, 'MB'),
    ratioRow('rollup: inserting with marks vs without', withMarks, withoutMarks, 0.9),
    await releaseRow(bench),
  ];
}

/** A quick trial does not build another release. */
async function releaseRow(bench: Bench): Promise<Row> {
  const measure = 'rollup: inserting with everything vs the previous release';
  if (bench.quick) return missingRow(measure, 'the previous release is not built for a quick trial');
  return ratioRow(measure, ...(await measureReleaseRates(bench)), 0.95);
}
