/** A flow as the API tells of it: each job with its state, below the one that waits for it. */
import type { FlowProducer, Job } from '@millrace/shared/queue/queue';

/** Flows have five levels; a job for all sites has a further one, of its sites. */
const maxLevels = 6;
const maxChildren = 100;

interface FlowNode {
  job: Job;
  /** BullMQ leaves gaps where the record of a job is gone. */
  children?: (FlowNode | undefined)[];
}

export interface DescribedPart {
  id: string;
  queue: string;
  job: string;
  state: string;
  progress: unknown;
  attemptsMade: number;
  timestamp: number;
  processedOn: number | null;
  finishedOn: number | null;
  failedReason: string | null;
  children?: DescribedPart[];
  /** Jobs that it waited for or waits for and that are not shown: too many, or their records are gone. */
  left_out?: number;
}

const byId = new Intl.Collator('en', { numeric: true });

async function countChildren(job: Job): Promise<number> {
  const { processed = 0, unprocessed = 0, ignored = 0, failed = 0 } = await job.getDependenciesCount();
  return processed + unprocessed + ignored + failed;
}

async function describePart({ job, children = [] }: FlowNode): Promise<DescribedPart> {
  const shown = children
    .filter((child) => child !== undefined)
    .sort((a, b) => byId.compare(a.job.id!, b.job.id!))
    .slice(0, maxChildren);
  const [state, total] = await Promise.all([job.getState(), countChildren(job)]);
  const described = await Promise.all(shown.map(describePart));
  const { id, queueName: queue, name, progress, attemptsMade, timestamp, processedOn, finishedOn, failedReason } = job;
  return {
    ...{ id: id!, queue, job: name, state, progress, attemptsMade, timestamp },
    ...{ processedOn: processedOn ?? null, finishedOn: finishedOn ?? null, failedReason: failedReason ?? null },
    ...(total > 0 && { children: described }),
    ...(total > described.length && { left_out: total - described.length }),
  };
}

/** The job of that id and those below it; undefined when there is no such job. */
export async function describeFlow(
  flows: FlowProducer,
  queueName: string,
  id: string,
): Promise<DescribedPart | undefined> {
  const flow = await flows.getFlow({ queueName, id, depth: maxLevels, maxChildren });
  return flow && describePart(flow as FlowNode);
}
