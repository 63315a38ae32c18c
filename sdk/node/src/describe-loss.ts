import type { IndexedRejection, Verdict } from './judge-response.js';
import type { Lost, Problem } from './problems.js';
import type { Item } from './queue.js';

export interface Loss extends Omit<Problem, 'lost'> {
  lost(): Lost[];
}

export const lostItem = ({ text }: Item): Lost => ({ body: JSON.parse(text) as Lost['body'] });

const rejectedItem = (batch: Item[], { index, ...rejection }: IndexedRejection): Lost => ({
  ...lostItem(batch[index]!),
  rejection,
});

function describeRejected(batch: Item[], verdict: Extract<Verdict, { kind: 'delivered' }>): Loss | undefined {
  const { status, accepted, rejections } = verdict;
  const count = batch.length - accepted;
  if (count === 0) return undefined;
  const first = rejections[0] ? `: ${rejections[0].message}` : '';
  return {
    reason: 'rejected',
    message: `the server rejected ${count} of ${batch.length} events${first}`,
    count,
    status,
    lost: () => rejections.map((rejection) => rejectedItem(batch, rejection)),
  };
}

/** Undefined if nothing is lost. */
export function describeLoss(batch: Item[], verdict: Exclude<Verdict, { kind: 'retry' }>): Loss | undefined {
  if (verdict.kind === 'delivered') return describeRejected(batch, verdict);
  const { kind: reason, status, why: message } = verdict;
  return { reason, message, count: batch.length, status, lost: () => batch.map(lostItem) };
}
