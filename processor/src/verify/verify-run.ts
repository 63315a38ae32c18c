import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/commands/command-database';
import { CommandError } from '@millrace/shared/commands/command-error';
import { catchProblem, parseCommandLine, withoutSeparator } from '@millrace/shared/commands/parse-command-line';
import { parseInstant } from '@millrace/shared/time/instant';
import { isCalendarDate } from '@millrace/shared/time/time';
import { formatCount } from '../format-count.js';
import { type Bound, type VerifyOptions, type VerifySummary, verifySite } from './verify-site.js';

type VerifyCommandLine = { kind: 'help' } | { kind: 'verify'; options: VerifyOptions };

const verifyHelp = `Usage: npm run verify -- --site ID --from WHEN --to WHEN

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

/** @throws CommandError */
function readOptions(args: string[]): VerifyCommandLine {
  const text = { type: 'string' } as const;
  const options = { site: text, from: text, to: text, help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parseCommandLine({ args: withoutSeparator(args), options });
  if (values.help) return { kind: 'help' };
  if (!values.site) throw new CommandError('Pass the site to verify with --site ID.');
  const [from, to] = [boundOf(values.from), boundOf(values.to)];
  if (!from || !to) {
    const name = from ? '--to' : '--from';
    throw new CommandError(`${name} takes a day such as 2026-01-31 or an instant such as 2026-01-31T10:00:00Z.`);
  }
  return { kind: 'verify', options: { siteId: values.site, from, to } };
}

function boundOf(text = ''): Bound | undefined {
  if (isCalendarDate(text)) return { day: text };
  const instant = parseInstant(text);
  return instant === undefined ? undefined : { instant: new Date(instant) };
}

export interface VerifyDeps {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

function verdictOf(summary: VerifySummary): string {
  if (summary.differences > 0) return `${formatCount(summary.differences, 'difference')}.`;
  if (!comparedNothing(summary)) return 'No differences.';
  return 'Nothing was compared: the range has no rolled intervals. Choose another range, or try again after the next roll.';
}

function summaryText(siteId: string, summary: VerifySummary): string {
  const { intervals, segmented, days, markedIntervals, markedDays, timezone } = summary;
  return `Site ${siteId} (days of ${timezone}): compared ${formatCount(intervals, 'interval')} and ${formatCount(days, 'day')}, and the segments of ${formatCount(segmented, 'interval')}; skipped ${formatCount(markedIntervals, 'marked interval')} and ${formatCount(markedDays, 'marked day')}.
${verdictOf(summary)}
`;
}

/** The range is empty, or all its intervals are marked. */
const comparedNothing = ({ intervals, segmented, days }: VerifySummary) => intervals + segmented + days === 0;

/** Exit code: 0 without differences, 1 with differences, 2 on failure, 3 when there was nothing to compare. */
export async function runVerify(args: string[], deps: VerifyDeps): Promise<0 | 1 | 2 | 3> {
  const { stdout, stderr, databaseUrl } = deps;
  const commandLine = catchProblem(() => readOptions(args));
  if (commandLine.kind === 'help') {
    stdout.write(verifyHelp);
    return 0;
  }
  if (commandLine.kind === 'problem') {
    stderr.write(`verify: ${commandLine.message} See --help.\n`);
    return 2;
  }
  const { options } = commandLine;
  try {
    const report = (line: string) => stdout.write(`${line}\n`);
    const summary = await onDatabase('verify', databaseUrl, (pool) => verifySite(pool, options, report));
    stdout.write(summaryText(options.siteId, summary));
    if (summary.differences > 0) return 1;
    return comparedNothing(summary) ? 3 : 0;
  } catch (error) {
    stderr.write(`verify: ${describeFailure(error)}\n`);
    return 2;
  }
}
