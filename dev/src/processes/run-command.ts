import { dirname } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import { explainFailure } from '../../prepare/explain-failure.mjs';
import { workspaceRoot } from '../workspace-root.js';
import { type ClosingList, createClosingList } from './closing-list.js';

/** For each command: a list for its cleanup, and a signal that fires on Ctrl-C. */
export interface CommandContext {
  closing: ClosingList;
  stopped: AbortSignal;
}

/** Runs `command`, cleans up, and exits with the code it returned. A second signal exits at once. */
export async function runCommand(command: (context: CommandContext) => Promise<number>): Promise<never> {
  const closing = createClosingList();
  const stop = new AbortController();
  const onSignal = onSignals(
    () => stop.abort(),
    () => process.exit(1),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  watchNpm(() => stop.abort());
  // A closed pipe (`npm start | head`) also means stop, and must not crash the cleanup.
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

/** One Ctrl-C arrives twice, from the terminal and from npm, so signals within half a second count as one. */
function onSignals(first: () => void, second: () => void): () => void {
  let firstAt: number | undefined;
  return () => {
    if (firstAt !== undefined && performance.now() - firstAt > 500) second();
    else if (firstAt === undefined) {
      firstAt = performance.now();
      first();
    }
  };
}

/** npm forwards signals, but if npm itself is killed, all we see is that our parent has changed. */
function watchNpm(stop: () => void): void {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined || parent <= 1) return;
  const timer = setInterval(() => process.ppid !== parent && stop(), 500);
  timer.unref();
}

const fileProblems = new Set(['ENOSPC', 'EROFS', 'EACCES', 'EPERM']);

function report(error: unknown): void {
  process.stderr.write(`${describe(error)}\n`);
}

/** The message of a CommandError; the stack trace of an unexpected error. */
function describe(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code = '', path = workspaceRoot } = error as NodeJS.ErrnoException;
  const sentence = fileProblems.has(code) ? explainFailure(code, dirname(path)) : undefined;
  return sentence ?? error.stack ?? error.message;
}
