import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Watches one program. Pass `lifeline` to other children that need the program for as long as they run. */
export interface OrphanWatch {
  lifeline: Writable;
  cancel(): void;
}

/**
 * Sends `signal` to process `pid` when this process and every other holder of the lifeline have ended. A shell in its
 * own session waits for the pipe to close, so neither Ctrl-C nor kill -9 stops it with us.
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
