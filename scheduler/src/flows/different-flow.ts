import { isDeepStrictEqual } from 'node:util';
import { checkJobData } from '@millrace/shared/contract/jobs';
import { type FlowPart, maxFlowDepth, maxFlowJobs } from '@millrace/shared/queue/add-flow';
import type { FlowProducer } from '@millrace/shared/queue/queue';
import { countChildren, type FlowNode } from './describe-flow.js';

const byId = ({ children = [] }: FlowNode) =>
  new Map(children.flatMap((child) => (child ? [[child.job.id, child] as const] : [])));

/** The data as stored in the queue: validated and serialized. */
const storedData = ({ queue, job, data }: FlowPart): unknown => {
  const checked = checkJobData(queue, job, data);
  return checked.problem === undefined ? JSON.parse(JSON.stringify(checked.data)) : undefined;
};

async function isDifferent(node: FlowNode, part: FlowPart, id: string): Promise<boolean> {
  const { queueName, name, data } = node.job;
  if (queueName !== part.queue || name !== part.job || !isDeepStrictEqual(data, storedData(part))) return true;
  const childrenById = byId(node);
  const children = part.children ?? [];
  if (childrenById.has(`${id}.${children.length + 1}`)) return true;
  if (children.length > 0 && (await countChildren(node.job)) < children.length) return true;
  const found = children.map((child, index) => {
    const childId = `${id}.${index + 1}`;
    const childNode = childrenById.get(childId);
    // A child whose record is gone cannot be compared.
    return childNode !== undefined && isDifferent(childNode, child, childId);
  });
  return (await Promise.all(found)).includes(true);
}

/** True if a flow with this id exists and has other jobs or data. */
export async function isDifferentFlow(flows: FlowProducer, id: string, root: FlowPart): Promise<boolean> {
  const existing = await flows.getFlow({ queueName: root.queue, id, depth: maxFlowDepth, maxChildren: maxFlowJobs });
  return existing ? isDifferent(existing as FlowNode, root, id) : false;
}
