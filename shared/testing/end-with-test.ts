/** Programs that a test starts never outlive its process, even when the machine kills that without warning. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Reads which programs run and which have ended; at the end of its input, which is the end of the test process, kills the rest. */
const killTheRest = `left=' '
while read -r sign pid; do
  case $sign in
    +) left="$left$pid " ;;
    -) left="\${left%% $pid *} \${left#* $pid }" ;;
  esac
done
for pid in $left; do kill -9 "$pid"; done`;

let watch: Writable | undefined;

/** One shell for all programs, in a session of its own: what ends the test process does not reach it. */
function startWatch(): Writable {
  const shell = spawn('/bin/sh', ['-c', killTheRest], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // A pipe counts as a reason to keep running, but it is there only to be lost.
  (shell.stdin as Writable & { unref?(): void }).unref?.();
  shell.stdin.on('error', () => undefined);
  // A killed runner leaves its workers running, until they have something to tell it.
  process.once('disconnect', () => process.exit(1));
  return shell.stdin;
}

/** Has `child` killed (SIGKILL, which stopped programs get as well) as soon as this process is gone. Returns `child`. */
export function endWithTest<Child extends ChildProcess>(child: Child): Child {
  watch ??= startWatch();
  const { pid } = child;
  if (pid === undefined) return child;
  watch.write(`+ ${pid}\n`);
  child.once('exit', () => watch?.write(`- ${pid}\n`));
  return child;
}
