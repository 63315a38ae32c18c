/** What is said between the bench and the process of an engine. */
import type { Table } from '../query/query-case.js';

export type EngineCall =
  | { id: number; kind: 'load'; file: string }
  /** One more run comes first, for the caches. */
  | { id: number; kind: 'ask'; statements: string[]; runs: number };

export interface EngineAnswer {
  tables: Table[];
  /** Of each run. */
  wallMs: number[];
  /** Processor time of the whole process, of one run in the mean. */
  cpuMs: number;
}

export type EngineReply =
  | { id: number; loaded: { bytes?: number } }
  | { id: number; answer: EngineAnswer }
  | { id: number; problem: string };

/** An engine with its table `events`. */
export interface Engine {
  /** @returns the bytes of its table on disk, if it is there. */
  load(file: string): Promise<{ bytes?: number }>;
  ask(statement: string): Promise<Table>;
}
