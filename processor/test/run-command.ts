/** Runs a command of the processor and returns its exit code and output. */
import { Writable } from 'node:stream';
import type { DatabaseUrl } from '@millrace/shared/commands/command-database';

type Command = (
  args: string[],
  surroundings: { stdout: Writable; stderr: Writable; databaseUrl: DatabaseUrl },
) => Promise<number>;

/** Runs it in this process, with the database `url` if given. */
export async function runCommand(run: Command, args: string[], url: string | undefined) {
  const printed = { stdout: '', stderr: '' };
  const into = (name: keyof typeof printed) =>
    new Writable({
      write(chunk, _encoding, done) {
        printed[name] += chunk;
        done();
      },
    });
  const code = await run(args, { stdout: into('stdout'), stderr: into('stderr'), databaseUrl: () => url });
  return { code, ...printed };
}
