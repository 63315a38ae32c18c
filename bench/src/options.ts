/** Turns the command line of `npm run bench` into what to measure and for how long. */
import { parseArgs } from 'node:util';
import { ClearError } from '@millrace/dev/clear-error';

export interface Options {
  help: boolean;
  /** Durations for trying the bench out; its figures mean nothing and are not recorded. */
  quick: boolean;
  profile: boolean;
  names: string[];
}

export const helpText = (names: string[]) => `Usage: npm run bench [-- [--quick] [--profile] [name...]]

Measures Millrace against the straightforward design (bench/baseline) on this machine, prints the results and appends
them to bench/results.md. Needs a redis-server on the PATH; uses wrk when it is there, else autocannon.

  name       measures to run (default all): ${names.join(', ')}
  --profile  also show where ingestion and processor spend their time; the rates are then lower
  --quick    very short rounds, to try the bench itself; nothing is recorded
  --help     show this text
`;

/** @throws ClearError with one sentence when an option or a measure is unknown. */
export function parseOptions(argv: string[], known: string[]): Options {
  const { values, positionals } = parse(argv);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ClearError(`There is no measure "${unknown}"; known are ${known.join(', ')}.`);
  }
  return { ...values, names: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known };
}

function parse(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { help: flag, quick: flag, profile: flag };
    return parseArgs({ args: argv.filter((argument) => argument !== '--'), options, allowPositionals: true });
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new ClearError(`${sentence}; see npm run bench -- --help.`);
  }
}
