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

Asks the engine random questions about sites with random histories, on a Postgres that it starts and removes itself, and
compares each answer with a plain count of the same events, some with plain SQL, too. A round is one site and some 3,600
questions: between and beside them events are stored, come late, are erased and rolled, and the site changes its zone.

  --minutes N  go on for so many minutes (default 1)
  --seed S     seed of the first round, from which everything in it follows; later rounds count on from there. Without
               --minutes this round is the only one
  --help       show this text

Exit code 0: all answers were right. 1: one was not, and is shown with the command that asks it again; or the search was stopped, or could not go on, which the last lines say.
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
