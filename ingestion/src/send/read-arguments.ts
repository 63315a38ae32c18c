import { type ParseArgsConfig, parseArgs } from 'node:util';

/** An invalid argument, fully explained by its message. */
export class OptionProblem extends Error {}

type Known = NonNullable<ParseArgsConfig['options']>;
interface Config<Options extends Known> {
  args: string[];
  allowPositionals: true;
  options: Options;
}

/** @throws OptionProblem */
export function readArguments<const Options extends Known>(
  args: string[],
  options: Options,
): ReturnType<typeof parseArgs<Config<Options>>> {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    // Only the first sentence of Node's message: the advice after it does not apply here.
    throw new OptionProblem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
}
