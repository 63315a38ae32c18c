/** The kinds of tasks that engine threads run, and the messages they exchange with the main thread. */
import { countFunnel, type FunnelTask } from './count-funnel.js';
import { type CountTask, countGroups } from './count-groups.js';
import { countJourneys, type JourneysTask } from './count-journeys.js';
import { type CountedPanel, countPanels, type PanelsTask } from './count-panels.js';
import { countRetention, type RetentionTask } from './count-retention.js';
import { type UnpackTask, unpackBlocks } from './unpack-blocks.js';
import { type WarmUpTask, warmUp } from './warm-up.js';

export type Task = CountTask | FunnelTask | JourneysTask | PanelsTask | RetentionTask | UnpackTask | WarmUpTask;

const runners = {
  count: countGroups,
  funnel: countFunnel,
  journeys: countJourneys,
  panels: countPanels,
  returns: countRetention,
  unpack: unpackBlocks,
  warmUp,
};

type Kinds = typeof runners;
export type ResultOf<T extends Task> = ReturnType<Kinds[T['kind']]>;
/** Partial results, which a task sends before it ends. */
export type PieceOf<T extends Task> = T extends PanelsTask ? CountedPanel : never;

export const runTask = <T extends Task>(task: T, send: (piece: PieceOf<T>) => void): ResultOf<T> =>
  (runners[task.kind] as (given: T, send: (piece: PieceOf<T>) => void) => unknown)(task, send) as ResultOf<T>;

/** Sent to a thread. */
export interface Request {
  id: number;
  task: Task;
}
/** Sent by a thread; all pieces come before the result. */
export type Reply =
  | { id: number; piece: unknown }
  | { id: number; result: unknown }
  | { id: number; error: string; isCancelled: boolean };
