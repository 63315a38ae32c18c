/** Answers many queries about one range and one selection: together from segments where that can be, else one after the other. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ReadOptions } from '../reading/admit-read.js';
import { answerPanels, type Panel, panelKind } from '../segments/answer-panels.js';
import { type Answer, answerQuery, withComparison } from './answer-query.js';
import type { Filter } from './resolved-query.js';

export interface Batch {
  /** Of all queries. */
  filter?: Filter;
  queries: Panel[];
}

/** Told the answer to each query, in the order in which they are ready. */
export type OnAnswer = (index: number, answer: Answer) => void;

/** `client` is inside a transaction with one snapshot. */
export async function answerBatch(
  client: PoolClient,
  batch: Batch,
  reads: ReadOptions,
  answered: OnAnswer,
): Promise<void> {
  const { queries } = batch;
  const left = new Set(queries.keys());
  const toCompare = new Map<number, Answer>();
  for (const kind of ['events', 'visits'] as const) {
    await answerPanelsOfKind(client, batch, kind, reads, (index, answer) => {
      left.delete(index);
      if (queries[index]!.query.comparison) toCompare.set(index, answer);
      else answered(index, answer);
    });
  }
  for (const [index, answer] of toCompare) {
    answered(index, await withComparison(client, queries[index]!.query, answer, reads));
  }
  for (const index of left) answered(index, await answerQuery(client, queries[index]!.query, reads));
}

/** Tells of those that can be answered so, without what they are compared with. */
async function answerPanelsOfKind(
  client: PoolClient,
  { filter, queries }: Batch,
  kind: 'events' | 'visits',
  reads: ReadOptions,
  answered: OnAnswer,
): Promise<void> {
  const indexes = [...queries.keys()].filter((index) => panelKind(queries[index]!.query) === kind);
  if (!reads.engine || indexes.length === 0) return;
  const panels = indexes.map((index) => queries[index]!);
  await answerPanels(client, reads.engine, { panels, ...(filter && { filter }) }, reads, (panel, answer) =>
    answered(indexes[panel]!, answer),
  );
}
