/** The rows of one question: how fast it is, how much faster than the other engines, and whether all answers are equal. */
import type { EngineName } from '../engines/install-engine.js';
import { type EngineSide, labels } from '../engines/start-engines.js';
import { limitRow, missingRow, type Row, speedupRow } from '../row.js';
import { median, percentile } from '../statistics.js';
import type { ColdTimes } from './cold-answers.js';
import { type QueryCase, shortName } from './query-case.js';
import type { CaseTimes } from './time-case.js';

export const unknownQuestion = 'not available: reporting does not know the question';
const ms = (value: number) => `${value.toFixed(1)} ms`;

/** Rows of the case, but for those of the engines. */
export function caseRows(asked: QueryCase, { ours, rawMs }: CaseTimes): Row[] {
  const { name, limitMs, atLeast } = asked;
  const measure = `query: ${name}, over HTTP, p95`;
  if (!ours) return [{ ...missingRow(measure, unknownQuestion), bar: `< ${limitMs} ms` }];
  return [
    limitRow(`${measure} of ${ours.ms.length}`, percentile(ours.ms, 95), limitMs, 'ms'),
    {
      ...speedupRow(`query: ${shortName(asked)}, p50 vs plain SQL over events`, ours.ms, rawMs, atLeast),
      note: `processor time: reporting ${ms(ours.cpuMs)}, Postgres besides ${ms(ours.postgresCpuMs)}`,
    },
  ];
}

/** At most half of the processor time of each engine. */
export const engineRows = (asked: QueryCase, { ours, engines }: CaseTimes, sides: EngineSide[]): Row[] =>
  sides.map((side) => {
    const measure = `query: ${shortName(asked)}, processor time of reporting vs ${labels[side.name]}`;
    const times = engines[side.name];
    if ('why' in side) return missingRow(measure, side.why);
    const wall = times && `p50 ${ms(median(times.ms))}`;
    if (!ours) return { ...missingRow(measure, unknownQuestion), note: `it takes ${ms(times?.cpuMs ?? 0)}, ${wall}` };
    return { ...speedupRow(measure, [ours.cpuMs], [times?.cpuMs ?? 0], 2), note: `${wall} vs ${ms(median(ours.ms))}` };
  });

/** One for all questions: how many answers differ from plain SQL. */
export function equalityRow(measured: Map<string, CaseTimes>): Row {
  const differences = [...measured].flatMap(([name, times]) => times.differences.map((each) => `${name}, ${each}`));
  return {
    measure: 'query: answers that differ from plain SQL, of all sides',
    ours: differences.length,
    unit: 'answers',
    bar: 'none',
    met: differences.length === 0,
    ...(differences.length > 0 && { note: differences.join('; ') }),
  };
}

const clickhouseName: EngineName = 'clickhouse';

export function coldRows(asked: QueryCase, cold: ColdTimes | undefined, { engines }: CaseTimes): Row[] {
  const measure = `query: cold, ${shortName(asked)}`;
  if (!cold) return [missingRow(measure, unknownQuestion)];
  const { freshMs, newSiteMs } = cold;
  const theirs = engines[clickhouseName];
  const versus = `${measure}, a site never asked for, p50 vs ${labels[clickhouseName]}, which always decompresses`;
  return [
    limitRow(
      `${measure}, first answer of a fresh process, p95 of ${freshMs.length}`,
      percentile(freshMs, 95),
      100,
      'ms',
    ),
    limitRow(`${measure}, a site never asked for, p95 of ${newSiteMs.length}`, percentile(newSiteMs, 95), 100, 'ms'),
    theirs ? speedupRow(versus, newSiteMs, theirs.ms, 1) : missingRow(versus, 'it was not asked'),
  ];
}
