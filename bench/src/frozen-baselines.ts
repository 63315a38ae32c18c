/**
 * Figures of programs that are not measured again: neither they nor the data they ran on change. All come from bench/results.md;
 * the code that measured them is in commit 902885d.
 */
import { cpus } from 'node:os';
import { missingRow, type Row, speedupRow } from './row.js';

const machine = 'AMD EPYC, 2 cores';

export interface FrozenFigure {
  ms: number;
  date: string;
}

/** chdb 3.4.0 and @duckdb/node-api 1.5.6-r.1 over 10 million events of 60 days and 40 sites, commit 641480b. */
export const engineEvents = 10_000_000;
const engineDate = '2026-11-27';

export const engineLabels = { clickhouse: 'ClickHouse', duckdb: 'DuckDB' } as const;
export type EngineName = keyof typeof engineLabels;

/** ClickHouse's table of those events, ordered by site, date and user, with only the first byte of event ids. */
export const clickhouseBytesPerEvent = 24;

/** Per query case: milliseconds of processor time, and the median duration. */
const engineTimes: Record<EngineName, Record<string, [cpuMs: number, p50Ms: number]>> = {
  clickhouse: {
    a: [45.7, 29],
    b: [56.8, 37.4],
    c: [44.6, 28.1],
    d: [418, 237.6],
    e: [145, 97.1],
    f: [1_443, 777.4],
    g: [1_402, 775.3],
    u: [96.5, 57.4],
    p: [306, 195.4],
    days: [190, 106.7],
  },
  duckdb: {
    a: [100, 53],
    b: [144, 82.6],
    c: [158, 86.1],
    d: [1_230, 683.2],
    e: [241, 133.5],
    f: [1_991, 1_116.1],
    g: [3_331, 1_833.3],
    u: [207, 113.3],
    p: [744, 412.2],
    days: [931, 500.8],
  },
};

export function frozenEngineTimes(engine: EngineName, queryCase: string): { cpu: FrozenFigure; p50: FrozenFigure } {
  const [cpuMs, p50Ms] = engineTimes[engine][queryCase]!;
  return { cpu: { ms: cpuMs, date: engineDate }, p50: { ms: p50Ms, date: engineDate } };
}

/** All aggregations in JavaScript, site after site with one upsert per row; commit 6954fe8. */
export const javascriptAggregations = {
  sites: 100,
  eventsPerSite: 10_000,
  figure: { ms: 131_856, date: '2026-11-26' },
};

const thisMachine = () => `${cpus()[0]?.model.trim()}, ${cpus().length} cores`;

/** How many times faster we are than a frozen figure. Durations do not compare between machines: on another one the bar does not count. */
export function frozenSpeedupRow(measure: string, oursMs: number[], frozen: FrozenFigure, atLeast: number): Row {
  const row = { ...speedupRow(measure, oursMs, [frozen.ms], atLeast), note: `reference: ${machine}, ${frozen.date}` };
  return thisMachine() === machine ? row : { ...row, notMeasured: true };
}

/** The frozen figure is for other amounts than this run. */
export const incomparableRow = (measure: string): Row =>
  missingRow(measure, 'the frozen reference is for larger amounts');
