/** Turns the arguments of `npm run verify` into a site and a range, or into one sentence that says what is wrong with them. */
import { parseArgs } from 'node:util';
import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';

/** A day of the site's zone, or an instant. */
export type Bound = { day: string } | { instant: Date };

export interface VerifyOptions {
  siteId: string;
  from: Bound;
  /** A day is included, an instant is not. */
  to: Bound;
  /** True to leave segments out. */
  isOfRollups?: boolean;
}

export type VerifyCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'verify'; options: VerifyOptions };

export const verifyHelp = `Usage: npm run verify -- --site ID --from WHEN --to WHEN

Compares the rollups and segments of a site with its raw events, in one snapshot of the database, and prints every difference.
Intervals and days that are marked are left out: they wait for the next roll, and answers do not use them.

  --site ID    the site
  --from WHEN  first day (2026-01-31, a day of the site's time zone) or instant (2026-01-31T10:00:00Z)
  --to WHEN    last day, included, or instant, not included
  --help       show this

An instant within an interval of 15 minutes means the whole interval. Days are compared where they lie in the range whole.
Reads the database of DATABASE_URL, else the one of a running \`npm start\`.
In production: DATABASE_URL=... node processor/dist/verify/verify-command.js --site ...

Exit code 0: no difference. 1: there are differences. 2: it could not be found out.
3: nothing was compared, since nothing in the range is rolled up.
`;

/** Reads the arguments that follow the name of the program. */
export function verifyOptions(args: string[]): VerifyCommandLine {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return problem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
  if (values.help) return { kind: 'help' };
  if (!values.site) return problem('Say with --site ID which site to verify.');
  const [from, to] = [boundOf(values.from), boundOf(values.to)];
  if (!from || !to) {
    const name = from ? '--to' : '--from';
    return problem(`${name} takes a day such as 2026-01-31 or an instant such as 2026-01-31T10:00:00Z.`);
  }
  return { kind: 'verify', options: { siteId: values.site, from, to } };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = { site: text, from: text, to: text, help: { type: 'boolean', short: 'h' } } as const;
  return parseArgs({ args: args.filter((argument) => argument !== '--'), options }).values;
}

function boundOf(text = ''): Bound | undefined {
  if (isCalendarDate(text)) return { day: text };
  const instant = parseInstant(text);
  return instant === undefined ? undefined : { instant: new Date(instant) };
}

const problem = (message: string): VerifyCommandLine => ({ kind: 'problem', message });
