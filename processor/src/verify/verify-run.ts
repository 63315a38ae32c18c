import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/commands/command-database';
import { formatCount } from '../format-count.js';
import { verifyHelp, verifyOptions } from './verify-options.js';
import { type VerifySummary, verifySite } from './verify-site.js';

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
  const commandLine = verifyOptions(args);
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
