/** Rows about more than one question at a time: a batch of panels, many users, the memory that a mix takes. */
import type { Bench } from '../bench.js';
import { floorRow, limitRow, missingRow, type Row } from '../row.js';
import { percentile } from '../statistics.js';
import { unknownQuestion } from './case-rows.js';
import { timePanels } from './first-panel.js';
import { measureUsers } from './many-users.js';
import { measureMemoryOfReporting } from './memory-of-reporting.js';
import { type QueryCase, shortName } from './query-case.js';
import { type Letter, mixedCases } from './query-cases.js';
import type { RolledServer } from './rolled-server.js';
import { memoryRows } from './store-rows.js';
import type { CaseTimes } from './time-case.js';

export async function measureLoaded(
  bench: Bench,
  { database, reporting }: RolledServer,
  panels: QueryCase,
  measured: Map<string, CaseTimes>,
): Promise<Row[]> {
  const { requests, usersSeconds } = bench.settings.query;
  const known = knownLetters(measured);
  const without = missing(known);
  const panelsKnown = measured.get(panels.name)?.ours;
  const first = panelsKnown && (await timePanels(reporting.url, panels, requests));
  bench.say(`10 users for ${usersSeconds} s`);
  const { ms, seconds } = await measureUsers(reporting.url, known, usersSeconds);
  bench.say('asking mixed questions about all sites');
  const memory = await measureMemoryOfReporting(bench, database, known);
  const users = `query: 10 users without pause, ${known.join(', ')} mixed`;
  return [
    ...panelRows(panels, first),
    { ...floorRow(`${users}, answers`, ms.length / seconds, 60, 'answers/s'), ...without },
    { ...limitRow(`${users}, p95 of ${ms.length}`, percentile(ms, 95), 300, 'ms'), ...without },
    ...memoryRows(memory, without),
  ];
}

/** Cases of the mix carry the same names whenever they are asked. */
function knownLetters(measured: Map<string, CaseTimes>): Letter[] {
  const cases = Object.entries(mixedCases(Date.now())) as [Letter, QueryCase][];
  return cases.filter(([, { name }]) => measured.get(name)?.ours).map(([letter]) => letter);
}

function missing(known: Letter[]): Pick<Row, 'note' | 'notMeasured'> {
  const absent = (['a', 'b', 'c', 'd', 'e', 'f'] as const).filter((letter) => !known.includes(letter));
  return absent.length > 0 ? { note: `without ${absent.join(', ')}, not available`, notMeasured: true } : {};
}

function panelRows(asked: QueryCase, times: Awaited<ReturnType<typeof timePanels>>): Row[] {
  const measure = `query: ${shortName(asked)}, as they are ready`;
  if (!times) return [missingRow(`${measure}, first panel`, unknownQuestion)];
  const { firstMs, allMs } = times;
  return [
    limitRow(`${measure}, first panel, p95 of ${firstMs.length}`, percentile(firstMs, 95), 50, 'ms'),
    limitRow(`${measure}, all panels, p95 of ${allMs.length}`, percentile(allMs, 95), asked.limitMs, 'ms'),
  ];
}
