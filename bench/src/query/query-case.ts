import { CommandError } from '@millrace/shared/commands/command-error';
import { describeRefusal, jsonPost } from '../load/requests.js';

export type Value = string | number | null;
/** Rows of dimensions followed by metrics. */
export type Table = Value[][];

/** One API request with bars for its speed, and the same as plain SQL. */
export interface QueryCase {
  /** A short name, a colon, and a description. */
  name: string;
  path: '/api/v1/query' | '/api/v1/query/batch' | '/api/v1/funnel' | '/api/v1/retention';
  body: Record<string, unknown>;
  /** Converts an answer to tables. */
  read(answer: unknown): Table[];
  /** One or more statements over table `events`. */
  sql(): string[];
  /** Converts the statements' results to the same tables; absent when they already are. */
  shape?(results: Table[]): Table[];
  /** Bar for p95. */
  limitMs: number;
  /** How many times faster than plain SQL; absent when there is no bar. */
  atLeast?: number;
}

export interface ApiRow {
  dimensions: Value[];
  metrics: Value[];
}

export const tableOf = (rows: ApiRow[]): Table => rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);

/** Two decimals, halves away from zero, as the API rounds. */
export const rounded = (value: number) => Math.round(value * 100) / 100;

export const shortName = ({ name }: QueryCase) => name.slice(0, name.indexOf(':'));

interface CaseAnswer {
  /** From the call to the end of the body. */
  ms: number;
  tables: Table[];
}

const unsupported = new Set([400, 404, 405]);

/** @returns undefined when this release does not support the query. @throws CommandError on any other refusal. */
export async function tryCase(reportingUrl: string, { path, body, read }: QueryCase): Promise<CaseAnswer | undefined> {
  const url = `${reportingUrl}${path}`;
  const startedAt = performance.now();
  const response = await fetch(url, jsonPost(body));
  if (unsupported.has(response.status)) {
    await response.arrayBuffer();
    return undefined;
  }
  if (response.status !== 200) throw new CommandError(`${await describeRefusal(url, response)}.`);
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { ms, tables: read(JSON.parse(text)) };
}

/** Like {@link tryCase}, for a query that was answered before. */
export async function runCase(reportingUrl: string, queryCase: QueryCase): Promise<CaseAnswer> {
  const answer = await tryCase(reportingUrl, queryCase);
  if (!answer) throw new CommandError(`Query "${queryCase.name}" was answered before and is refused now.`);
  return answer;
}
