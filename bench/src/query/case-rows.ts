import {
  type EngineName,
  engineEvents,
  engineLabels,
  frozenEngineTimes,
  frozenSpeedupRow,
  incomparableRow,
} from '../frozen-baselines.js';
import { limitRow, median, missingRow, percentile, type Row, speedupRow } from '../row.js';
import { type QueryCase, shortName } from './query-case.js';
import type { CaseTimes } from './time-case.js';

export const unsupportedQuery = 'not available: reporting does not support the query';
const ms = (value: number) => `${value.toFixed(1)} ms`;

export function caseRows(queryCase: QueryCase, { ours, rawMs }: CaseTimes): Row[] {
  const { name, limitMs, atLeast } = queryCase;
  const measure = `query: ${name}, over HTTP, p95`;
  if (!ours) return [{ ...missingRow(measure, unsupportedQuery), bar: `< ${limitMs} ms` }];
  return [
    limitRow(`${measure} of ${ours.ms.length}`, percentile(ours.ms, 95), limitMs, 'ms'),
    {
      ...speedupRow(`query: ${shortName(queryCase)}, p50 vs plain SQL over events`, ours.ms, rawMs, atLeast),
      note: `processor time: reporting ${ms(ours.cpuMs)}, Postgres ${ms(ours.postgresCpuMs)} on top`,
    },
  ];
}

/** The bar is half the processor time of each engine. */
export const engineRows = (queryCase: QueryCase, { ours }: CaseTimes, events: number): Row[] =>
  (Object.keys(engineLabels) as EngineName[]).map((engine) => {
    const measure = `query: ${shortName(queryCase)}, processor time of reporting vs ${engineLabels[engine]}`;
    if (!ours) return missingRow(measure, unsupportedQuery);
    if (events !== engineEvents) return incomparableRow(measure);
    const { cpu, p50 } = frozenEngineTimes(engine, shortName(queryCase));
    const row = frozenSpeedupRow(measure, [ours.cpuMs], cpu, 2);
    return { ...row, note: `p50 ${ms(p50.ms)} vs ${ms(median(ours.ms))}; ${row.note}` };
  });

/** One row for all cases. */
export function equalityRow(measured: Map<string, CaseTimes>): Row {
  const differences = [...measured].flatMap(([name, { difference }]) => (difference ? [`${name}, ${difference}`] : []));
  return {
    measure: 'query: answers that differ from plain SQL',
    ours: differences.length,
    unit: 'answers',
    bar: 'none',
    met: differences.length === 0,
    ...(differences.length > 0 && { note: differences.join('; ') }),
  };
}

/** Times by case name over a number of events. */
export interface SizedTimes {
  events: number;
  times: Map<string, number[]>;
}

const short = (events: number) =>
  events >= 1e6 ? `${events / 1e6} M` : events.toLocaleString('en', { maximumFractionDigits: 0 });

const curve = (sizes: SizedTimes[], figureOf: (times: number[]) => number, name: string) =>
  sizes.map(({ events, times }) => `${short(events)}: ${figureOf(times.get(name) ?? []).toFixed(1)}`).join(' · ');

/** For each case, the median at the largest size against that at the smallest; the bar is the growth of the events. */
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
