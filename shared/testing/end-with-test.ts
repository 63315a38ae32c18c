/** Ensures that processes started by a test never outlive it, even if it is killed without warning. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Reads which processes have started and exited. At the end of its input, when the test process has exited, kills the rest. */
const killTheRest = `left=' '
while read -r sign pid; do
  case $sign in
    +) left="$left$pid " ;;
    -) left="\${left%% $pid *} \${left#* $pid }" ;;
  esac
done
for pid in $left; do kill -9 "$pid"; done`;

let watch: Writable | undefined;

/** One shell for all processes, in its own session, so that signals to the test process do not reach it. */
function startWatch(): Writable {
  const shell = spawn('/bin/sh', ['-c', killTheRest], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // The pipe must not keep the test process alive.
  (shell.stdin as Writable & { unref?(): void }).unref?.();
  shell.stdin.on('error', () => undefined);
  // Workers of a killed test runner would keep running until they send it a message.
  process.once('disconnect', () => process.exit(1));
  return shell.stdin;
}

/** Kills `child` with SIGKILL, which also ends stopped processes, once this process has exited. Returns `child`. */
export function endWithTest<Child extends ChildProcess>(child: Child): Child {
  watch ??= startWatch();
  const { pid } = child;
  if (pid === undefined) return child;
  watch.write(`+ ${pid}\n`);
  child.once('exit', () => watch?.write(`- ${pid}\n`));
  return child;
}
