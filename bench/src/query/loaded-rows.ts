import { CommandError } from '@millrace/shared/commands/command-error';
import type { Bench } from '../bench.js';
import { checkAccepted, jsonPost } from '../load/requests.js';
import type { RolledServer } from '../rolled-server.js';
import { floorRow, limitRow, missingRow, percentile, type Row } from '../row.js';
import { unsupportedQuery } from './case-rows.js';
import { type QueryCase, runCase, shortName } from './query-case.js';
import { type Letter, mixedCase, mixedCases } from './query-cases.js';
import { measureMemoryOfReporting, memoryRows } from './store-rows.js';
import type { CaseTimes } from './time-case.js';

interface PanelTimes {
  firstMs: number[];
  allMs: number[];
}

const streamType = 'application/x-ndjson';

async function timeBatch(url: string, body: unknown): Promise<{ firstMs: number; allMs: number }> {
  const { headers, ...init } = jsonPost(body);
  const startedAt = performance.now();
  const response = await fetch(url, {
    ...init,
    headers: { ...(headers as Record<string, string>), accept: streamType },
  });
  await checkAccepted(url, response);
  let firstMs: number | undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body! as AsyncIterable<Uint8Array>) {
    if (firstMs === undefined && chunk.includes(10)) firstMs = performance.now() - startedAt;
    chunks.push(chunk);
  }
  const allMs = performance.now() - startedAt;
  // An error after the first line is sent as the last line.
  const last = Buffer.concat(chunks).toString().trimEnd().split('\n').at(-1)!;
  if (!('meta' in (JSON.parse(last) as object))) throw new CommandError(`${url} ended with ${last.slice(0, 300)}.`);
  return { firstMs: firstMs ?? allMs, allMs };
}

/** For a query that was answered before. @returns undefined when this release does not stream answers. */
async function timePanels(
  reportingUrl: string,
  { path, body }: QueryCase,
  requests: number,
): Promise<PanelTimes | undefined> {
  const url = `${reportingUrl}${path}`;
  const { headers, ...init } = jsonPost(body);
  const probe = await fetch(url, { ...init, headers: { ...(headers as Record<string, string>), accept: streamType } });
  await probe.arrayBuffer();
  if (probe.status !== 200 || !probe.headers.get('content-type')?.startsWith(streamType)) return undefined;
  const times: PanelTimes = { firstMs: [], allMs: [] };
  for (let request = 0; request < requests; request += 1) {
    const { firstMs, allMs } = await timeBatch(url, body);
    times.firstMs.push(firstMs);
    times.allMs.push(allMs);
  }
  return times;
}

interface UserTimes {
  ms: number[];
  seconds: number;
}

const users = 10;

/** Users start at different places in the mix and never send the same query at the same time, which would share one computation. */
async function measureUsers(reportingUrl: string, letters: Letter[], seconds: number): Promise<UserTimes> {
  const ms: number[] = [];
  const startedAt = performance.now();
  const now = Date.now();
  let turn = 0;
  async function queryOn(): Promise<void> {
    while (performance.now() - startedAt < seconds * 1_000) {
      turn += 1;
      ms.push((await runCase(reportingUrl, mixedCase(now, turn, letters))).ms);
    }
  }
  await Promise.all(Array.from({ length: users }, queryOn));
  return { ms, seconds: (performance.now() - startedAt) / 1_000 };
}

/** Rows about concurrent queries: a batch of panels, ten users, and the memory that a mix takes. */
export async function measureLoaded(
  bench: Bench,
  { database, reporting }: RolledServer,
  panels: QueryCase,
  measured: Map<string, CaseTimes>,
): Promise<Row[]> {
  const { requests, usersSeconds } = bench.settings.query;
  const supported = supportedLetters(measured);
  const without = missingNote(supported);
  const isSupported = measured.get(panels.name)?.ours !== undefined;
  const first = isSupported ? await timePanels(reporting.url, panels, requests) : undefined;
  bench.say(`10 users for ${usersSeconds} s`);
  const { ms, seconds } = await measureUsers(reporting.url, supported, usersSeconds);
  bench.say('mixed queries over all sites');
  const memory = await measureMemoryOfReporting(bench, database, supported);
  const users = `query: 10 users without pause, ${supported.join(', ')} mixed`;
  return [
    ...panelRows(panels, first),
    { ...floorRow(`${users}, answers`, ms.length / seconds, 60, 'answers/s'), ...without },
    { ...limitRow(`${users}, p95 of ${ms.length}`, percentile(ms, 95), 300, 'ms'), ...without },
    ...memoryRows(memory, without),
  ];
}

/** Names of mixed cases do not depend on the time. */
function supportedLetters(measured: Map<string, CaseTimes>): Letter[] {
  const cases = Object.entries(mixedCases(Date.now())) as [Letter, QueryCase][];
  return cases.filter(([, { name }]) => measured.get(name)?.ours).map(([letter]) => letter);
}

function missingNote(supported: Letter[]): Pick<Row, 'note' | 'notMeasured'> {
  const absent = (['a', 'b', 'c', 'd', 'e', 'f'] as const).filter((letter) => !supported.includes(letter));
  return absent.length > 0 ? { note: `without ${absent.join(', ')}, not available`, notMeasured: true } : {};
}

function panelRows(queryCase: QueryCase, times: Awaited<ReturnType<typeof timePanels>>): Row[] {
  const measure = `query: ${shortName(queryCase)}, as they are ready`;
  if (!times) return [missingRow(`${measure}, first panel`, unsupportedQuery)];
  const { firstMs, allMs } = times;
  return [
    limitRow(`${measure}, first panel, p95 of ${firstMs.length}`, percentile(firstMs, 95), 50, 'ms'),
    limitRow(`${measure}, all panels, p95 of ${allMs.length}`, percentile(allMs, 95), queryCase.limitMs, 'ms'),
  ];
}
