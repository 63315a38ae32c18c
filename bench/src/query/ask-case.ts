/** Asks one question over HTTP, which a release may not know yet. */
import { ClearError } from '@millrace/dev/clear-error';
import { describeRefusal } from '../load/describe-refusal.js';
import type { QueryCase, Table } from './query-case.js';
import { jsonPost } from './time-request.js';

export interface CaseAnswer {
  ms: number;
  tables: Table[];
}

const unknown = new Set([400, 404, 405]);

/** From the call until the whole answer is here. @returns undefined where there is no such question. @throws ClearError on any other refusal. */
export async function askCase(reportingUrl: string, { path, body, read }: QueryCase): Promise<CaseAnswer | undefined> {
  const url = `${reportingUrl}${path}`;
  const startedAt = performance.now();
  const response = await fetch(url, jsonPost(body));
  if (unknown.has(response.status)) {
    await response.arrayBuffer();
    return undefined;
  }
  if (response.status !== 200) throw new ClearError(`${await describeRefusal(url, response)}.`);
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { ms, tables: read(JSON.parse(text)) };
}

/** The same of a question that was answered before. */
export async function askKnown(reportingUrl: string, asked: QueryCase): Promise<CaseAnswer> {
  const answer = await askCase(reportingUrl, asked);
  if (!answer) throw new ClearError(`"${asked.name}" was answered before and is unknown now.`);
  return answer;
}
