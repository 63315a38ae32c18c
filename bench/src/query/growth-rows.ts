/** Turns the times of one question at several sizes into rows that tell how they grow. */
import type { Row } from '../row.js';
import { median, percentile } from '../statistics.js';

/** The times of the questions, by name, over a number of events. */
export interface SizedTimes {
  events: number;
  times: Map<string, number[]>;
}

const short = (events: number) =>
  events >= 1e6 ? `${events / 1e6} M` : events.toLocaleString('en', { maximumFractionDigits: 0 });

const curve = (sizes: SizedTimes[], figureOf: (times: number[]) => number, name: string) =>
  sizes.map(({ events, times }) => `${short(events)}: ${figureOf(times.get(name) ?? []).toFixed(1)}`).join(' · ');

/** For each question: the median at the largest size against that at the smallest one; less than the events grow is the bar. */
export function growthRows(sizes: SizedTimes[]): Row[] {
  const sorted = sizes.toSorted((a, b) => a.events - b.events);
  const [smallest, largest] = [sorted[0]!, sorted.at(-1)!];
  const factor = largest.events / smallest.events;
  return [...largest.times.keys()].map((name) => {
    const [ours, reference] = [largest, smallest].map(({ times }) => median(times.get(name) ?? []));
    const ratio = ours! / reference!;
    const p95 = curve(sorted, (times) => percentile(times, 95), name);
    return {
      measure: `query: growth of the time when events grow ${factor}-fold, ${name.split(':')[0]}`,
      ours: ours!,
      unit: 'ms',
      reference: reference!,
      ratio,
      bar: `< ${factor}x`,
      met: ratio < factor,
      rounds: `p50 ${curve(sorted, median, name)}; p95 ${p95}`,
    };
  });
}
