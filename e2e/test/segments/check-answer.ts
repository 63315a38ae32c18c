/** Compares the engine's answers with a plain count of the same events, and sometimes with plain SQL. */
import { isDeepStrictEqual } from 'node:util';
import type { SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Random } from '@millrace/shared/testing/create-random';
import type { PlainSite } from './plain/events.js';

/** The state of one snapshot. */
export interface CheckContext {
  /** In a transaction that holds the snapshot. */
  client: PoolClient;
  engine: SegmentEngine;
  /** The site as of that snapshot. */
  site: PlainSite;
  random: Random;
  counts: Counts;
}

export interface Counts {
  /** Number of queries that the engine answered, by kind. */
  answered: Map<string, number>;
  /** How many of them were also checked against plain SQL. */
  ofSql: number;
  sources: Set<string>;
}

export const emptyCounts = (): Counts => ({ answered: new Map(), ofSql: 0, sources: new Set() });
export const sumOf = ({ answered }: Counts): number => [...answered.values()].reduce((sum, count) => sum + count, 0);

export interface Answered<Answer> {
  kind: string;
  query: object;
  /** Of the engine. */
  ours: Answer;
  source: string;
  plainly(): Answer;
  sql(): Promise<Answer>;
}

/** All that is needed to see which answer is wrong. */
export class DifferenceError extends Error {
  override readonly name = 'DifferenceError';
  constructor(kind: string, query: object, answers: Record<string, unknown>) {
    const shown = Object.entries(answers).map(([name, answer]) => `${name}: ${toText(answer)}`);
    super([`The answers to a query about ${kind} differ.`, `query: ${toText(query)}`, ...shown].join('\n'));
  }
}

/** Prints typed arrays as plain lists. */
const toText = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) => (ArrayBuffer.isView(part) ? [...(part as Uint32Array)] : part));

/** `sqlShare` is the share of queries also checked against SQL, which takes a hundred times longer. @throws DifferenceError */
export async function checkAnswer<Answer>(
  context: CheckContext,
  answered: Answered<Answer>,
  sqlShare: number,
): Promise<void> {
  const { kind, query, ours, source, plainly, sql } = answered;
  const { counts, random } = context;
  const plain = plainly();
  const ofSql = random() < sqlShare ? await sql() : undefined;
  if (!isDeepStrictEqual(ours, plain) || (ofSql !== undefined && !isDeepStrictEqual(ours, ofSql))) {
    throw new DifferenceError(kind, query, { engine: ours, plain, SQL: ofSql ?? (await sql()) });
  }
  counts.sources.add(source);
  if (source === 'raw') return; // it was SQL that answered
  counts.answered.set(kind, (counts.answered.get(kind) ?? 0) + 1);
  if (ofSql !== undefined) counts.ofSql += 1;
}
