import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { CommandError } from '@millrace/shared/commands/command-error';
import { describeRefusal } from '../load/requests.js';
import { readMemory } from './process-usage.js';

interface SideOptions {
  name: string;
  /** Absolute path. */
  script: string;
  /** Options of Node itself. */
  nodeOptions?: string[];
  env: Record<string, string>;
  /** Answers 200 once the process is ready; absent when the process has no HTTP server. */
  readyUrl?: string;
  /** Folder for a CPU profile. */
  profileFolder?: string | undefined;
}

export interface Side {
  name: string;
  pid: number;
  /** Resident memory now, in MB. */
  rssMb(): number;
  /** Highest resident memory so far, recorded by the kernel, in MB. */
  peakRssMb(): number;
  /** Rejects when the process exits without being stopped. */
  crashed: Promise<never>;
  stop(): Promise<void>;
}

const preload = import.meta.resolve('@millrace/dev/processes/end-with-supervisor');
const readyDeadlineMs = 20_000;

/** Resolves when the process is ready. It is stopped by the closing list, and killed if the bench dies. */
export async function spawnSide(closing: ClosingList, options: SideOptions): Promise<Side> {
  const logFile = join(makeThrowAwayFolder(closing), 'log');
  const child = spawnChild(options, logFile);
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  let stopping = false;
  const ended = once(child, 'exit').finally(() => process.off('exit', kill));
  const crashed = ended.then((): never => {
    if (stopping) return new Promise<never>(() => undefined) as never;
    throw new CommandError(`${options.name} exited unexpectedly. The end of its log:\n${endOf(logFile)}`);
  });
  crashed.catch(() => undefined);
  const side: Side = {
    name: options.name,
    pid: child.pid ?? 0,
    rssMb: () => readMemory(child.pid ?? 0).rssMb,
    peakRssMb: () => readMemory(child.pid ?? 0).peakMb,
    crashed,
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const late = setTimeout(kill, 20_000);
      await ended;
      clearTimeout(late);
    },
  };
  closing.add(() => side.stop());
  if (options.readyUrl) await Promise.race([waitUntilReady(options.readyUrl, options.name, logFile), crashed]);
  return side;
}

/** Detached, so that Ctrl-C reaches only the bench, which then stops processes in order. */
function spawnChild({ script, nodeOptions = [], env, profileFolder }: SideOptions, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  const profile = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [];
  try {
    return spawn(process.execPath, [...profile, ...nodeOptions, '--import', preload, script], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', HOST: '127.0.0.1', ...env },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

async function waitUntilReady(url: string, name: string, logFile: string): Promise<void> {
  const end = Date.now() + readyDeadlineMs;
  for (;;) {
    const problem = await readinessProblem(url);
    if (problem === undefined) return;
    if (Date.now() > end) {
      throw new CommandError(`${name} is not ready: ${problem}. The end of its log:\n${endOf(logFile)}`);
    }
    await sleep(50);
  }
}

async function readinessProblem(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url);
    if (!response.ok) return await describeRefusal(url, response);
    await response.arrayBuffer();
    return undefined;
  } catch (error) {
    return `${url} is unreachable (${(error as Error).message})`;
  }
}

const endOf = (logFile: string) => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
