import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CommandError } from './command-error.js';

/**
 * Parses arguments like Node's `parseArgs`, but reports a mistake in one sentence, followed by `hint`.
 * @throws CommandError
 */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
  hint?: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Only the first sentence of Node's message: the advice after it does not apply here.
    const sentence = `${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`;
    throw new CommandError(hint === undefined ? sentence : `${sentence} ${hint}`);
  }
}

/** Removes the `--` that pnpm, unlike npm, passes on to scripts. */
export const withoutSeparator = (args: string[]): string[] => args.filter((argument) => argument !== '--');

/** An invalid command line, explained in one sentence. */
export interface Problem {
  kind: 'problem';
  message: string;
}

/** Returns the message of a CommandError that `read` throws as a {@link Problem}. */
export function catchProblem<T>(read: () => T): T | Problem {
  try {
    return read();
  } catch (error) {
    if (error instanceof CommandError) return { kind: 'problem', message: error.message };
    throw error;
  }
}
