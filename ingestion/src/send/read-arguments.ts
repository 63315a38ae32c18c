import { type ParseArgsConfig, parseArgs } from 'node:util';

/** A mistake in the arguments of a command, said in full by its message. */
export class OptionProblem extends Error {}

type Known = NonNullable<ParseArgsConfig['options']>;
interface Config<Options extends Known> {
  args: string[];
  allowPositionals: true;
  options: Options;
}

/** What follows the name of the program, as named values and the rest. Throws an OptionProblem. */
export function readArguments<const Options extends Known>(
  args: string[],
  options: Options,
): ReturnType<typeof parseArgs<Config<Options>>> {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    // Node's message goes on with advice that does not fit here: its first sentence says it all.
    throw new OptionProblem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
}
