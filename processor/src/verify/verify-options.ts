import { parseArgs } from 'node:util';
import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';

/** A day in the site's time zone, or an instant. */
export type Bound = { day: string } | { instant: Date };

export interface VerifyOptions {
  siteId: string;
  from: Bound;
  /** A day is inclusive, an instant exclusive. */
  to: Bound;
  /** True to skip segments. */
  rollupsOnly?: boolean;
}

export type VerifyCommandLine =
  | { kind: 'help' }
  | { kind: 'problem'; message: string }
  | { kind: 'verify'; options: VerifyOptions };

export const verifyHelp = `Usage: npm run verify -- --site ID --from WHEN --to WHEN

Compares the rollups and segments of a site with its raw events, in one database snapshot, and prints every difference.
Marked intervals and days are skipped: they are pending for the next roll, and queries do not use them.

  --site ID    the site
  --from WHEN  first day (2026-01-31, in the site's time zone) or instant (2026-01-31T10:00:00Z)
  --to WHEN    last day (inclusive) or instant (exclusive)
  --help       show this help

Instants are rounded outwards to whole 15-minute intervals. Days are compared if they lie entirely within the range.
Reads the database in DATABASE_URL, or that of a running \`npm start\`.
In production: DATABASE_URL=... node processor/dist/verify/verify-command.js --site ...

Exit codes: 0 no differences; 1 differences found; 2 failed; 3 nothing compared, as nothing in the range is rolled up.
`;

export function verifyOptions(args: string[]): VerifyCommandLine {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return problem(`${(error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`);
  }
  if (values.help) return { kind: 'help' };
  if (!values.site) return problem('Pass the site to verify with --site ID.');
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
