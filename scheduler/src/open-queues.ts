/** Handles of all queues, and of flows over them, that survive a queue that is unreachable. */

import { type QueueName, queueNames } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Logger } from '@millrace/shared/platform/logger';
import { type FlowProducer, openFlows, openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';

export interface Queues {
  readonly names: QueueName[];
  readonly handles: QueueHandle[];
  /** The queue as it is now, not to be kept; undefined when no queue has that name. */
  get(name: string): Queue | undefined;
  /** Adds and finds flows; as it is now, not to be kept. */
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
