/** Whether a flow that is sent again under its id is the same one. */
import { isDeepStrictEqual } from 'node:util';
import { checkJobData } from '@millrace/shared/contract/jobs';
import { type FlowPart, maxFlowDepth, maxFlowJobs } from '@millrace/shared/queue/add-flow';
import type { FlowProducer, Job } from '@millrace/shared/queue/queue';

interface FlowNode {
  job: Job;
  /** BullMQ leaves gaps where the record of a job is gone. */
  children?: (FlowNode | undefined)[];
}

const byId = ({ children = [] }: FlowNode) =>
  new Map(children.flatMap((child) => (child ? [[child.job.id, child] as const] : [])));

/** As data lie in the queue: through JSON, checked. */
const storedData = ({ queue, job, data }: FlowPart): unknown => {
  const checked = checkJobData(queue, job, data);
  return checked.problem === undefined ? JSON.parse(JSON.stringify(checked.data)) : undefined;
};

/** Those that were waited for and are waited for; of finished ones the queue keeps count. */
async function countChildren(job: Job): Promise<number> {
  const { processed = 0, unprocessed = 0, ignored = 0, failed = 0 } = await job.getDependenciesCount();
  return processed + unprocessed + ignored + failed;
}

async function isDifferent(node: FlowNode, part: FlowPart, id: string): Promise<boolean> {
  const { queueName, name, data } = node.job;
  if (queueName !== part.queue || name !== part.job || !isDeepStrictEqual(data, storedData(part))) return true;
  const known = byId(node);
  const children = part.children ?? [];
  if (known.has(`${id}.${children.length + 1}`)) return true;
  if (children.length > 0 && (await countChildren(node.job)) < children.length) return true;
  const found = children.map((child, index) => {
    const childId = `${id}.${index + 1}`;
    const childNode = known.get(childId);
    // One whose record is gone tells nothing.
    return childNode !== undefined && isDifferent(childNode, child, childId);
  });
  return (await Promise.all(found)).includes(true);
}

/** True where a flow of that id is known whose jobs or data are others. */
export async function isDifferentFlow(flows: FlowProducer, id: string, root: FlowPart): Promise<boolean> {
  const known = await flows.getFlow({ queueName: root.queue, id, depth: maxFlowDepth, maxChildren: maxFlowJobs });
  return known ? isDifferent(known as FlowNode, root, id) : false;
}
