/** Opens all queues; the handles survive an unreachable Redis or Postgres. */
import { type QueueName, queueNames } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Logger } from '@millrace/shared/platform/logger';
import { type FlowProducer, openFlows, openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';

export interface Queues {
  readonly names: QueueName[];
  readonly handles: QueueHandle[];
  /** The current queue object; do not keep it. Undefined for an unknown name. */
  get(name: string): Queue | undefined;
  /** The current flow producer; do not keep it. */
  readonly flows: FlowProducer;
  close(): Promise<void>;
}

export function openQueues(location: QueueLocation, logger: Logger): Queues {
  const byName = new Map<string, QueueHandle>(queueNames.map((name) => [name, openQueue(name, location, logger)]));
  const handles = [...byName.values()];
  const flows = openFlows(location, logger);
  return {
    names: queueNames,
    handles,
    get: (name) => byName.get(name)?.queue,
    get flows() {
      return flows.flows;
    },
    close: () => Promise.all([flows, ...handles].map((handle) => handle.close())).then(() => undefined),
  };
}
