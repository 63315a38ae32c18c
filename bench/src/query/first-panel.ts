/** A batch whose answers come one by one: when the first is here, and when all are. */
import { ClearError } from '@millrace/dev/clear-error';
import { checkAccepted } from '../load/describe-refusal.js';
import type { QueryCase } from './query-case.js';
import { jsonPost } from './time-request.js';

export interface PanelTimes {
  firstMs: number[];
  allMs: number[];
}

const type = 'application/x-ndjson';

interface OneBatch {
  firstMs: number;
  allMs: number;
}

async function timeBatch(url: string, body: unknown): Promise<OneBatch> {
  const { headers, ...init } = jsonPost(body);
  const startedAt = performance.now();
  const response = await fetch(url, { ...init, headers: { ...(headers as Record<string, string>), accept: type } });
  await checkAccepted(url, response);
  let firstMs: number | undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body! as AsyncIterable<Uint8Array>) {
    if (firstMs === undefined && chunk.includes(10)) firstMs = performance.now() - startedAt;
    chunks.push(chunk);
  }
  const allMs = performance.now() - startedAt;
  // An error after the first line is a line, too, and then the last one.
  const last = Buffer.concat(chunks).toString().trimEnd().split('\n').at(-1)!;
  if (!('meta' in (JSON.parse(last) as object))) throw new ClearError(`${url} ended with ${last.slice(0, 300)}.`);
  return { firstMs: firstMs ?? allMs, allMs };
}

/** Of a question that was answered before. @returns undefined where answers come only as a whole. */
export async function timePanels(
  reportingUrl: string,
  { path, body }: QueryCase,
  requests: number,
): Promise<PanelTimes | undefined> {
  const url = `${reportingUrl}${path}`;
  const { headers, ...init } = jsonPost(body);
  const probe = await fetch(url, { ...init, headers: { ...(headers as Record<string, string>), accept: type } });
  await probe.arrayBuffer();
  if (probe.status !== 200 || !probe.headers.get('content-type')?.startsWith(type)) return undefined;
  const times: PanelTimes = { firstMs: [], allMs: [] };
  for (let request = 0; request < requests; request += 1) {
    const { firstMs, allMs } = await timeBatch(url, body);
    times.firstMs.push(firstMs);
    times.allMs.push(allMs);
  }
  return times;
}
