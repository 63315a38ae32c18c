/** Turns the arguments of `npm run verify` into an exit code, and says on the given streams what it found. */
import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/commands/command-database';
import { counted } from '../counted.js';
import { verifyHelp, verifyOptions } from './verify-options.js';
import { type VerifySummary, verifySite } from './verify-site.js';

export interface VerifySurroundings {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

function verdictOf(summary: VerifySummary): string {
  if (summary.differences > 0) return `${counted(summary.differences, 'difference')}.`;
  if (!comparedNothing(summary)) return 'No difference.';
  return 'Nothing was compared, so nothing is proven: the range has no rolled interval. Ask for another one, or again after the next roll.';
}

function summaryText(siteId: string, summary: VerifySummary): string {
  const { intervals, segmented, days, markedIntervals, markedDays, timezone } = summary;
  return `Site ${siteId} (days of ${timezone}): compared ${counted(intervals, 'interval')} and ${counted(days, 'day')}, and the segments of ${counted(segmented, 'interval')}; left out, because marked: ${counted(markedIntervals, 'interval')} and ${counted(markedDays, 'day')}.
${verdictOf(summary)}
`;
}

/** A range with nothing in it and one whose every interval is marked both compare nothing. */
const comparedNothing = ({ intervals, segmented, days }: VerifySummary) => intervals + segmented + days === 0;

/** 0 without differences, 1 with some, 2 when that could not be found out, 3 when there was nothing to compare. */
export async function runVerify(args: string[], surroundings: VerifySurroundings): Promise<0 | 1 | 2 | 3> {
  const { stdout, stderr, databaseUrl } = surroundings;
  const commandLine = verifyOptions(args);
  if (commandLine.kind === 'help') {
    stdout.write(verifyHelp);
    return 0;
  }
  if (commandLine.kind === 'problem') {
    stderr.write(`verify: ${commandLine.message} (--help shows how)\n`);
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
