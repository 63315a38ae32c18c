/** Turns a script of a package into a child process that never outlives us, with its log on our output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { formatLogLine } from './format-log-line.js';

const preload = new URL('./end-with-supervisor.js', import.meta.url).href;

/** What a child gets. */
export interface NodeChildOptions {
  /** Name in the log. */
  name: string;
  /** Absolute path below `dist/` of a package, whose folder becomes the working directory. */
  script: string;
  /** Further options of Node itself. */
  nodeOptions?: string[];
  env: NodeJS.ProcessEnv;
  logFormat: 'text' | 'json';
  /** A stream whose holder keeps the embedded Postgres alive. */
  lifeline?: Writable | undefined;
}

/** A running or ended child. */
export interface NodeChild {
  name: string;
  /** Resolves with how it ended, as the end of a sentence: `with exit code 1`. */
  ended: Promise<string>;
  /** The exit code once ended; null before that and after a signal. */
  exitCode(): number | null;
  /** The last lines of its log, as shown. */
  lastLines(): string;
  /** Sends a signal to the child and whatever it started. */
  kill(signal: NodeJS.Signals): void;
}

/** Starts the child, detached so that Ctrl-C in the terminal reaches only us and the order of stopping is ours. */
export function spawnNode(options: NodeChildOptions): NodeChild {
  const { name, script, nodeOptions = [], env, lifeline } = options;
  const child = spawn(process.execPath, ['--enable-source-maps', ...nodeOptions, '--import', preload, script], {
    cwd: script.slice(0, script.lastIndexOf(`${sep}dist${sep}`)),
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(lifeline ? [lifeline] : [])],
  });
  const tail: string[] = [];
  for (const output of [child.stdout, child.stderr]) if (output) showLines(output, options, tail);
  const kill = (signal: NodeJS.Signals) => killGroup(child, signal);
  // Whatever ends us, an orderly end excepted, takes the child along at once.
  const onExit = () => kill('SIGKILL');
  process.on('exit', onExit);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`because it could not be started (${error.message})`));
    child.once('close', (code, signal) => resolve(signal ? `by signal ${signal}` : `with exit code ${code}`));
  });
  void ended.then(() => process.off('exit', onExit));
  return { name, ended, exitCode: () => child.exitCode, lastLines: () => tail.join('\n'), kill };
}

function showLines(output: Readable, { name, logFormat }: NodeChildOptions, tail: string[]): void {
  createInterface({ input: output }).on('line', (line) => {
    const shown = logFormat === 'json' ? line : formatLogLine(name, line);
    process.stdout.write(`${shown}\n`);
    tail.push(shown);
    if (tail.length > 10) tail.shift();
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended a moment ago.
  }
}
