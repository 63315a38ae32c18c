/** Turns a queue into how long its oldest job has been waiting. */
import { oldestWaiting } from '@millrace/shared/queue/oldest-waiting';
import type { Measure } from './measure.js';

export const measureQueueAge: Measure<'queue_age'> = async ({ queue: name, seconds }, { queues, now }) => {
  const since = await oldestWaiting(queues.get(name)!);
  const age = since === undefined ? 0 : Math.max(0, Math.round((now.getTime() - since) / 1_000));
  return {
    firing: age > seconds,
    summary: `The oldest waiting job of queue ${name} is ${age} s old; the limit is ${seconds} s.`,
  };
};
