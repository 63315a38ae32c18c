/** Turns the end of this process, however violent, into a signal for a program that knows nothing of us. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Watches one program; `lifeline` may be handed to other children that need the program as long as they live. */
export interface OrphanWatch {
  lifeline: Writable;
  cancel(): void;
}

/**
 * Sends `signal` to process `pid` once this process and everyone else who holds the lifeline is gone. A shell of its
 * own session waits for the pipe to close, so neither Ctrl-C nor kill -9 can take it along with us.
 */
export function stopWhenOrphaned(pid: number, signal: 'INT' | 'TERM'): OrphanWatch {
  const script = 'while read -r _; do :; done; kill -"$1" "$0"';
  const watch: ChildProcess = spawn('/bin/sh', ['-c', script, String(pid), signal], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.unref();
  if (!watch.stdin) throw new Error('The watching shell has no input.');
  watch.stdin.on('error', () => undefined);
  return { lifeline: watch.stdin, cancel: () => void watch.kill('SIGKILL') };
}
