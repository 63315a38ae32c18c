import { type ClosingList, createClosingList } from '@millrace/dev/processes/closing-list';
import type { CommandContext } from '@millrace/dev/processes/run-command';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { readWrkVersion } from './load/wrk.js';
import type { Options } from './options.js';
import { fullSettings, quickSettings, type Settings } from './settings.js';
import { startPostgres } from './sides/start-stores.js';

/** Shared by all measures of a run. */
export interface Bench {
  settings: Settings;
  /** Results are printed, not recorded. */
  quick: boolean;
  /** Also measures queries over the largest database. */
  fullGrowth: boolean;
  /** A commit to measure `single` and `batch` against, in alternating rounds. */
  against: string | undefined;
  wrkVersion: string;
  /** One server for the whole run, with fsync on. */
  postgresUrl: string;
  /** Closed at the end of the run. */
  closing: ClosingList;
  /** Aborted by Ctrl-C. */
  stopped: AbortSignal;
  /** Where our services write CPU profiles; undefined without `--profile`. */
  profileFolder: string | undefined;
  /** Prints progress. */
  say(line: string): void;
  /** Runs `work` at most once per run, for results that several measures share. */
  once<T>(work: (bench: Bench) => Promise<T>): Promise<T>;
}

/** @throws CommandError when wrk or Postgres cannot be started. */
export async function createBench(options: Options, { closing, stopped }: CommandContext): Promise<Bench> {
  const { quick, profile, fullGrowth, against } = options;
  const results = new Map<unknown, Promise<unknown>>();
  const bench: Bench = {
    settings: quick ? quickSettings : fullSettings,
    quick,
    fullGrowth,
    against,
    wrkVersion: readWrkVersion(),
    postgresUrl: await startPostgres(closing),
    closing,
    stopped,
    profileFolder: profile ? makeThrowAwayFolder(closing) : undefined,
    say: (line) => void process.stdout.write(`  ${line}\n`),
    once<T>(work: (bench: Bench) => Promise<T>) {
      const result = results.get(work) ?? work(bench);
      results.set(work, result);
      return result as Promise<T>;
    },
  };
  return bench;
}

/** Runs `work` with its own closing list, which is closed when `work` ends and also when the run is interrupted. */
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
