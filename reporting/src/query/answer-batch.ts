/** Answers several queries about one range and filter: together from segments where possible, otherwise one after the other. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ReadOptions } from '../reading/admit-read.js';
import { answerPanels, type Panel, panelKind } from '../segments/answer-panels.js';
import { type Answer, answerQuery, withComparison } from './answer-query.js';
import type { Filter } from './resolved-query.js';

export interface Batch {
  /** Common to all queries. */
  filter?: Filter;
  queries: Panel[];
}

/** Called with the answer to each query, in the order in which they become ready. */
export type OnAnswer = (index: number, answer: Answer) => void;

/** `client` must be in a transaction with one snapshot. */
export async function answerBatch(
  client: PoolClient,
  batch: Batch,
  reads: ReadOptions,
  onAnswer: OnAnswer,
): Promise<void> {
  const { queries } = batch;
  const left = new Set(queries.keys());
  const toCompare = new Map<number, Answer>();
  for (const kind of ['events', 'visits'] as const) {
    await answerPanelsOfKind(client, batch, kind, reads, (index, answer) => {
      left.delete(index);
      if (queries[index]!.query.comparison) toCompare.set(index, answer);
      else onAnswer(index, answer);
    });
  }
  for (const [index, answer] of toCompare) {
    onAnswer(index, await withComparison(client, queries[index]!.query, answer, reads));
  }
  for (const index of left) onAnswer(index, await answerQuery(client, queries[index]!.query, reads));
}

/** Answers the panels of a kind that segments can answer, without their comparisons. */
async function answerPanelsOfKind(
  client: PoolClient,
  { filter, queries }: Batch,
  kind: 'events' | 'visits',
  reads: ReadOptions,
  onAnswer: OnAnswer,
): Promise<void> {
  const indexes = [...queries.keys()].filter((index) => panelKind(queries[index]!.query) === kind);
  if (!reads.engine || indexes.length === 0) return;
  const panels = indexes.map((index) => queries[index]!);
  await answerPanels(client, reads.engine, { panels, ...(filter && { filter }) }, reads, (panel, answer) =>
    onAnswer(indexes[panel]!, answer),
  );
}
