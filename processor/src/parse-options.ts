import { type ParseArgsConfig, parseArgs } from 'node:util';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
type Values<Options extends OptionsConfig> = ReturnType<typeof parseArgs<{ options: Options }>>['values'];

/** Parses the arguments after the program name; returns the problem as a sentence if there is one. */
export function parseOptions<const Options extends OptionsConfig>(
  args: string[],
  options: Options,
): { values: Values<Options>; problem?: undefined } | { values?: undefined; problem: string } {
  try {
    const { values } = parseArgs({ args: args.filter((argument) => argument !== '--'), options });
    return { values: values as Values<Options> };
  } catch (error) {
    return { problem: `${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.` };
  }
}
