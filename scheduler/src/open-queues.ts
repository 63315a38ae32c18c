/** Turns the names of all queues into handles that survive a queue that is away. */
import type { QueueLocation } from '@millrace/shared/config';
import { type QueueName, queueNames } from '@millrace/shared/jobs';
import type { Logger } from '@millrace/shared/logger';
import { openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue';

export interface Queues {
  readonly names: QueueName[];
  readonly handles: QueueHandle[];
  /** The queue as it is now, not to be kept; undefined when no queue has that name. */
  get(name: string): Queue | undefined;
  close(): Promise<void>;
}

export function openQueues(location: QueueLocation, logger: Logger): Queues {
  const byName = new Map<string, QueueHandle>(queueNames.map((name) => [name, openQueue(name, location, logger)]));
  const handles = [...byName.values()];
  return {
    names: queueNames,
    handles,
    get: (name) => byName.get(name)?.queue,
    close: () => Promise.all(handles.map((handle) => handle.close())).then(() => undefined),
  };
}
