/** Turns a command of this folder into an exit code: everything opened is closed, also on Ctrl-C. */
import { dirname } from 'node:path';
import { explainFailure } from '../prepare/explain-failure.mjs';
import { ClearError } from './clear-error.js';
import { type ClosingList, createClosingList } from './closing-list.js';
import { workspaceRoot } from './workspace-root.js';

/** What a command gets: where to leave its closers, and a signal that fires when the person wants to stop. */
export interface CommandContext {
  closing: ClosingList;
  stopped: AbortSignal;
}

/** Runs `command` and ends the process with the exit code that it returns; a second signal ends it at once. */
export async function runCommand(command: (context: CommandContext) => Promise<number>): Promise<never> {
  const closing = createClosingList();
  const stop = new AbortController();
  const onSignal = onFirstAndSecond(
    () => stop.abort(),
    () => process.exit(1),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  whenNpmIsGone(() => stop.abort());
  // A reader that went away (`npm start | head`) is a wish to stop as well, and must not crash the closing.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  let code = 1;
  try {
    code = await command({ closing, stopped: stop.signal });
  } catch (error) {
    report(error);
  }
  await closing.closeAll().catch((error: unknown) => {
    code = 1;
    report(error);
  });
  process.exit(code);
}

/** One Ctrl-C comes twice, from the terminal and handed on by npm: what comes within half a second is one wish. */
function onFirstAndSecond(first: () => void, second: () => void): () => void {
  let firstAt: number | undefined;
  return () => {
    if (firstAt !== undefined && performance.now() - firstAt > 500) second();
    else if (firstAt === undefined) {
      firstAt = performance.now();
      first();
    }
  };
}

/** npm hands signals on, but when it is itself killed nobody tells us except the change of our parent. */
function whenNpmIsGone(stop: () => void): void {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined || parent <= 1) return;
  const timer = setInterval(() => process.ppid !== parent && stop(), 500);
  timer.unref();
}

const fileProblems = new Set(['ENOSPC', 'EROFS', 'EACCES', 'EPERM']);

function report(error: unknown): void {
  process.stderr.write(`${describe(error)}\n`);
}

/** One sentence where the cause is known; the stack is for faults of our own. */
function describe(error: unknown): string {
  if (error instanceof ClearError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code = '', path = workspaceRoot } = error as NodeJS.ErrnoException;
  const sentence = fileProblems.has(code) ? explainFailure(code, dirname(path)) : undefined;
  return sentence ?? error.stack ?? error.message;
}
