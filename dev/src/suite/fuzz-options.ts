import { CommandError } from '@millrace/shared/commands/command-error';
import { parseCommandLine, withoutSeparator } from '@millrace/shared/commands/parse-command-line';

export interface FuzzOptions {
  help: boolean;
  /** Undefined: one round. */
  minutes: number | undefined;
  /** Seed of the first round. */
  seed: number;
}

export const fuzzHelp = `Usage: npm run fuzz [-- [--minutes N] [--seed S]]

Sends random queries about sites with random histories, on a temporary Postgres, and compares each result with a plain
count of the same events, and some with plain SQL. A round is one site and some 3,600 queries. Between and during them,
events are stored, arrive late, are erased and rolled, and the time zone of the site changes.

  --minutes N  run for this many minutes (default 1)
  --seed S     seed of the first round, which is then reproducible; later rounds use the following numbers. Without
               --minutes, only this round is run
  --help       show this text

Exit codes: 0 all results were correct; 1 one was wrong and is shown with the command that repeats it, or the run was
stopped or failed, as explained in the last lines.
`;

/** `clock` supplies the default seed. @throws CommandError for an unknown option or an invalid number. */
export function readFuzzOptions(argv: string[], clock: () => number = Date.now): FuzzOptions {
  const text = { type: 'string' } as const;
  const { values } = parseCommandLine(
    {
      args: withoutSeparator(argv),
      options: { help: { type: 'boolean', default: false }, minutes: text, seed: text },
    },
    '`npm run fuzz -- --help` lists the options.',
  );
  const { help, minutes, seed } = values;
  return {
    help,
    minutes: minutes !== undefined ? numberOf('minutes', minutes, 0.01) : seed === undefined ? 1 : undefined,
    seed: seed === undefined ? clock() % 1_000_000 : Math.floor(numberOf('seed', seed, 0)),
  };
}

function numberOf(name: string, text: string, least: number): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number >= least && number <= Number.MAX_SAFE_INTEGER) return number;
  throw new CommandError(`--${name} ${text} is not a number of ${least} or more.`);
}
