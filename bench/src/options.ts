/** What the command line of `npm run bench` asks to measure, and for how long. */
import { parseArgs } from 'node:util';
import { ClearError } from '@millrace/dev/clear-error';

export interface Options {
  help: boolean;
  /** Durations for trying the bench out; its figures mean nothing and are not recorded. */
  quick: boolean;
  profile: boolean;
  /** Measures queries over 50 million events, too. */
  fullGrowth: boolean;
  /** A commit to measure `single` and `batch` against. */
  against: string | undefined;
  names: string[];
}

export const helpText = (
  names: string[],
) => `Usage: npm run bench [-- [--quick] [--profile] [--full-growth] [--against COMMIT] [name...]]

Measures Millrace against the straightforward design (bench/baseline) on this machine, prints the results and appends
them to bench/results.md. Needs a redis-server on the PATH; uses wrk when it is there; without it autocannon, which is slower
than ingestion and then sets the rate. Measure jobs takes a quarter of an hour: its figures are about bare BullMQ, aggregations row by row, and schedules.
Measure query asks ClickHouse (chdb) and DuckDB the same: it installs both into .millrace/bench-engines when they are not there yet (700 MB),
and where it cannot, the rows about them say so. Measure rollup builds the release named in e2e/previous-release.json beside this one.

  name           measures to run (default all): ${names.join(', ')}
  --profile      also show where ingestion and processor spend their time; the rates are then lower
  --full-growth  measure queries over 50 million events as well; needs 60 GB of disk and an hour
  --quick        very short rounds, to try the bench itself; nothing is recorded
  --against      measure single and batch against that commit as well, in alternating rounds; it is built beside this one
  --help         show this text
`;

/** @throws ClearError with one sentence when an option or a measure is unknown. */
export function parseOptions(argv: string[], known: string[]): Options {
  const { values, positionals } = parse(argv);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ClearError(`There is no measure "${unknown}"; known are ${known.join(', ')}.`);
  }
  const { 'full-growth': fullGrowth, against, ...flags } = values;
  return {
    ...flags,
    fullGrowth,
    against,
    names: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known,
  };
}

function parse(argv: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = {
      help: flag,
      quick: flag,
      profile: flag,
      'full-growth': flag,
      against: { type: 'string' },
    } as const;
    return parseArgs({ args: argv.filter((argument) => argument !== '--'), options, allowPositionals: true });
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new ClearError(`${sentence}; see npm run bench -- --help.`);
  }
}
