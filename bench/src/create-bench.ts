/** Turns the options of the command line into what every measure works with. */
import type { CommandContext } from '@millrace/dev/run-command';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import type { Bench } from './bench.js';
import { chooseLoadTool } from './load/load-tool.js';
import type { Options } from './options.js';
import { fullSettings, quickSettings } from './settings.js';
import { startPostgres } from './sides/start-stores.js';

export async function createBench(options: Options, { closing, stopped }: CommandContext): Promise<Bench> {
  const { quick, profile, fullGrowth, against } = options;
  const done = new Map<unknown, Promise<unknown>>();
  const bench: Bench = {
    settings: quick ? quickSettings : fullSettings,
    quick,
    fullGrowth,
    against,
    tool: chooseLoadTool(),
    postgresUrl: await startPostgres(closing),
    closing,
    stopped,
    profileFolder: profile ? makeThrowAwayFolder(closing) : undefined,
    say: (line) => void process.stdout.write(`  ${line}\n`),
    once<T>(work: (bench: Bench) => Promise<T>) {
      const result = done.get(work) ?? work(bench);
      done.set(work, result);
      return result as Promise<T>;
    },
  };
  return bench;
}
