import { type ChildProcess, spawn } from 'node:child_process';
import { sep } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { formatLogLine } from '../start/format-log-line.js';

const preload = new URL('./end-with-supervisor.js', import.meta.url).href;

/** Options of a child process. */
export interface NodeChildOptions {
  /** Name in the log. */
  name: string;
  /** Absolute path below `dist/` of a package, whose folder becomes the working directory. */
  script: string;
  /** Further options of Node itself. */
  nodeOptions?: string[];
  env: NodeJS.ProcessEnv;
  logFormat: 'text' | 'json';
  /** Keeps the embedded Postgres running while the child holds it. */
  lifeline?: Writable | undefined;
}

/** A running or ended child. */
export interface NodeChild {
  name: string;
  /** Resolves with how it ended, to finish a sentence: `with exit code 1`. */
  ended: Promise<string>;
  /** The exit code; null while it runs and after a signal. */
  exitCode(): number | null;
  /** The last lines of its log. */
  lastLines(): string;
  /** Sends a signal to the child and to everything it started. */
  kill(signal: NodeJS.Signals): void;
}

/** Starts a script that ends with this process. It is detached, so that Ctrl-C reaches only us and we choose the order of stopping. */
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
  // If we end in any other way than in order, the child ends with us.
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
    // It has already ended.
  }
}
