/** What threads of the engine do: one function for each kind of task. */
import { countFunnel, type FunnelTask } from './count-funnel.js';
import { type CountTask, countGroups } from './count-groups.js';
import { type UnpackTask, unpackBlocks } from './unpack-blocks.js';

export type Task = CountTask | FunnelTask | UnpackTask;

const kinds = { count: countGroups, funnel: countFunnel, unpack: unpackBlocks };

type Kinds = typeof kinds;
export type ResultOf<T extends Task> = ReturnType<Kinds[T['kind']]>;

export const runTask = <T extends Task>(task: T): ResultOf<T> =>
  (kinds[task.kind] as (given: T) => unknown)(task) as ResultOf<T>;

/** What a thread is sent, and what it answers. */
export interface Request {
  id: number;
  task: Task;
}
export type Reply = { id: number; result: unknown } | { id: number; error: string; isCancelled: boolean };
