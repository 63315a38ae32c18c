import type { FlowProducer, Job } from '@millrace/shared/queue/queue';

/** Flows have up to five levels, and a job for all sites adds one level of children. */
const maxLevels = 6;
const maxChildren = 100;

export interface FlowNode {
  job: Job;
  /** Undefined for children whose record is gone. */
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
  /** Number of children not shown: too many, or their records are gone. */
  left_out?: number;
}

const byId = new Intl.Collator('en', { numeric: true });

/** All children, including finished ones. */
export async function countChildren(job: Job): Promise<number> {
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

/** The job with its tree of children; undefined for an unknown job. */
export async function describeFlow(
  flows: FlowProducer,
  queueName: string,
  id: string,
): Promise<DescribedPart | undefined> {
  const flow = await flows.getFlow({ queueName, id, depth: maxLevels, maxChildren });
  return flow && describePart(flow as FlowNode);
}
