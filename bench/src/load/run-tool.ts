import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError } from '@millrace/shared/commands/command-error';

/** How long a load generator may overrun: on a slow machine many responses are outstanding at the end of a steady load. */
const graceSeconds = 90;

/** Precedes the JSON result in a load generator's output. */
export const resultMarker = 'RESULT ';

const endWithUs = import.meta.resolve('@millrace/dev/processes/end-with-supervisor');

/** Runs a script of ours like {@link runTool}; it also ends when the bench is killed. */
export const runNodeTool = (
  script: string,
  plan: unknown,
  seconds: number,
  onStart?: (pid: number) => void,
): Promise<unknown> =>
  runTool(process.execPath, ['--import', endWithUs, script, JSON.stringify(plan)], seconds, onStart);

const textOf = (stream: Readable | null) => (stream ? text(stream) : '');

/** Runs `command` for about `seconds` and parses the JSON it prints. @throws CommandError with the output if it prints none. */
export async function runTool(
  command: string,
  args: string[],
  seconds: number,
  onStart?: (pid: number) => void,
): Promise<unknown> {
  const signal = AbortSignal.timeout((seconds + graceSeconds) * 1_000);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], signal, killSignal: 'SIGKILL' });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  child.on('error', () => undefined);
  if (child.pid !== undefined) onStart?.(child.pid);
  const [output, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  process.off('exit', end);
  const line = output.split('\n').find((candidate) => candidate.startsWith(resultMarker));
  if (line === undefined) {
    const why = signal.aborted
      ? `was killed after ${seconds + graceSeconds} s without a result`
      : 'exited without a result';
    throw new CommandError(`${command} ${why}:\n${output}${errors}`);
  }
  return JSON.parse(line.slice(resultMarker.length));
}
