/** Turns the arguments of `npm run verify` into an exit code, and says on the given streams what it found. */
import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/command-database';
import { counted } from '../counted.js';
import { verifyHelp, verifyOptions } from './verify-options.js';
import { type VerifySummary, verifySite } from './verify-site.js';

export interface VerifySurroundings {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

function summaryText(siteId: string, summary: VerifySummary): string {
  const { intervals, days, markedIntervals, markedDays, differences, timezone } = summary;
  return `Site ${siteId} (days of ${timezone}): compared ${counted(intervals, 'interval')} and ${counted(days, 'day')}; left out, because marked: ${counted(markedIntervals, 'interval')} and ${counted(markedDays, 'day')}.
${differences === 0 ? 'No difference.' : `${counted(differences, 'difference')}.`}
`;
}

/** 0 without differences, 1 with some, 2 when that could not be found out. */
export async function runVerify(args: string[], surroundings: VerifySurroundings): Promise<0 | 1 | 2> {
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
    return summary.differences === 0 ? 0 : 1;
  } catch (error) {
    stderr.write(`verify: ${describeFailure(error)}\n`);
    return 2;
  }
}
