import { CommandError } from '@millrace/shared/commands/command-error';
import { parseCommandLine, withoutSeparator } from '@millrace/shared/commands/parse-command-line';

export interface Options {
  help: boolean;
  /** Tiny amounts, to try the bench itself; the figures mean nothing and are not recorded. */
  quick: boolean;
  profile: boolean;
  /** Also measures queries over 50 million events. */
  fullGrowth: boolean;
  /** A commit to measure `single` and `batch` against. */
  against: string | undefined;
  names: string[];
}

export const helpText = (
  names: string[],
) => `Usage: npm run bench [-- [--quick] [--profile] [--full-growth] [--against COMMIT] [name...]]

Measures Millrace on this machine, prints the results and appends them to bench/results.md. Needs redis-server and wrk on the
PATH. jobs takes a quarter of an hour, query and exports take 20 minutes each. rollup also builds the release named in
e2e/previous-release.json. Figures of other engines, which are not measured again, are in bench/src/frozen-baselines.ts.

  name           measures to run (default all): ${names.join(', ')}
  --profile      also show where each service spends its time; this lowers the rates
  --full-growth  also measure queries over 50 million events; needs 60 GB of disk and an hour
  --quick        very short rounds, to try the bench itself; records nothing
  --against      also measure single and batch against that commit, in alternating rounds; it is built in a temporary folder
  --help         show this text
`;

/** @throws CommandError with one sentence when an option or a measure is unknown. */
export function parseOptions(argv: string[], measures: string[]): Options {
  const { values, positionals } = parse(argv);
  const unknown = positionals.find((name) => !measures.includes(name));
  if (unknown !== undefined) {
    throw new CommandError(`There is no measure "${unknown}"; choose from ${measures.join(', ')}.`);
  }
  const { 'full-growth': fullGrowth, against, ...flags } = values;
  return {
    ...flags,
    fullGrowth,
    against,
    names: positionals.length > 0 ? measures.filter((name) => positionals.includes(name)) : measures,
  };
}

function parse(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    help: flag,
    quick: flag,
    profile: flag,
    'full-growth': flag,
    against: { type: 'string' },
  } as const;
  const args = withoutSeparator(argv);
  return parseCommandLine({ args, options, allowPositionals: true }, 'See npm run bench -- --help.');
}
