/** What every measure gets: how long, with which tool, where to say and to close things. */
import { type ClosingList, createClosingList } from '@millrace/dev/closing-list';
import type { LoadTool } from './load/load.js';
import type { Settings } from './settings.js';

export interface Bench {
  settings: Settings;
  /** What is made is printed only, not recorded. */
  quick: boolean;
  /** Measure queries over the larger number of events, too. */
  fullGrowth: boolean;
  /** A commit to measure `single` and `batch` against, in alternating rounds. */
  against: string | undefined;
  tool: LoadTool;
  /** The server of the whole run, with fsync on. */
  postgresUrl: string;
  /** Of the whole run. */
  closing: ClosingList;
  /** Fires on Ctrl-C. */
  stopped: AbortSignal;
  /** Services of ours write CPU profiles into this folder, if any. */
  profileFolder: string | undefined;
  /** Tells the person at the terminal what is going on. */
  say(line: string): void;
  /** The result of `work`, done at most once in this run, for figures that several measures need. */
  once<T>(work: (bench: Bench) => Promise<T>): Promise<T>;
}

/** Runs `work` with a closing list of its own, run at its end, and also when the whole run is cut short. */
export async function withClosing<T>(bench: Bench, work: (closing: ClosingList) => Promise<T>): Promise<T> {
  bench.stopped.throwIfAborted();
  const closing = createClosingList();
  bench.closing.add(() => closing.closeAll());
  try {
    return await work(closing);
  } finally {
    await closing.closeAll();
  }
}
