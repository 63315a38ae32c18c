/** What concerns every job of a flow. */

import type { Pool } from '@millrace/shared/platform/postgres';
import type { FlowPart } from '@millrace/shared/queue/add-flow';
import { withSitePriorities } from '../queues/site-priority.js';

/** A job before those that it waits for. */
const partsOf = (part: FlowPart): FlowPart[] => [part, ...(part.children ?? []).flatMap(partsOf)];

export const queuesOfFlow = (root: FlowPart): string[] => [...new Set(partsOf(root).map(({ queue }) => queue))];

/** The same flow, in which each job without a priority has that of its site. */
export async function withSitePrioritiesOfFlow(pool: Pool, root: FlowPart): Promise<FlowPart> {
  const parts = (await withSitePriorities(pool, partsOf(root))).values();
  function next(): FlowPart {
    const part = parts.next().value!;
    return part.children ? { ...part, children: part.children.map(next) } : part;
  }
  return next();
}
