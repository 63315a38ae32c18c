/** Turns a program that makes load into the JSON it prints last, and ends it when it takes too long. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ClearError } from '@millrace/dev/clear-error';

/** How long a program may take beyond the time it was told. */
const graceSeconds = 15;

/** What a program writes before its JSON. */
export const resultMarker = 'RESULT ';

const endWithUs = import.meta.resolve('@millrace/dev/end-with-supervisor');

/** Runs a script of ours like {@link runTool}; it ends with us, however violently. */
export const runNodeTool = (script: string, plan: unknown, seconds: number): Promise<unknown> =>
  runTool(process.execPath, ['--import', endWithUs, script, JSON.stringify(plan)], seconds);

/** What a stream says until its end. */
const textOf = (stream: Readable | null) => (stream ? text(stream) : '');

/** Runs `command` for about `seconds`; returns what follows the marker on its output. @throws ClearError with its output. */
export async function runTool(command: string, args: string[], seconds: number): Promise<unknown> {
  const signal = AbortSignal.timeout((seconds + graceSeconds) * 1_000);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], signal, killSignal: 'SIGKILL' });
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  child.on('error', () => undefined);
  const [output, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  process.off('exit', end);
  const line = output.split('\n').find((candidate) => candidate.startsWith(resultMarker));
  if (line === undefined) throw new ClearError(`${command} did not finish its work:\n${output}${errors}`);
  return JSON.parse(line.slice(resultMarker.length));
}
