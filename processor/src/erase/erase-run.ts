import type { Writable } from 'node:stream';
import { type DatabaseUrl, describeFailure, onDatabase } from '@millrace/shared/commands/command-database';
import { CommandError } from '@millrace/shared/commands/command-error';
import { catchProblem, parseCommandLine, withoutSeparator } from '@millrace/shared/commands/parse-command-line';
import type { Pool } from '@millrace/shared/platform/postgres';
import { formatCount } from '../format-count.js';
import { busy, retryWhileBusy } from '../rollups/claim-site.js';
import { type RollSummary, rollSite } from '../rollups/roll-site.js';
import { type ErasedUserSummary, type EraseOptions, eraseUser } from './erase-user.js';

type EraseCommandLine = { kind: 'help' } | { kind: 'erase'; options: EraseOptions };

const eraseHelp = `Usage: npm run erase -- --site ID --user ID [--dry-run]

Permanently removes a user from a site: their events, their visitor and their events in dead letters. Then the affected
rollups are recomputed. Running it again is safe.

  --site ID  the site; user ids of other sites are separate
  --user ID  the user_id, exactly as in the events
  --dry-run  print what would be removed without removing it
  --help     show this help

This cannot be undone and asks for no confirmation. Events still in the queue, or sent later, are stored as usual: if the
user was active in the last few minutes, run the command again.
Uses the database in DATABASE_URL, or that of a running \`npm start\`.
In production: DATABASE_URL=... node processor/dist/erase/erase-command.js --site ...

Exit codes: 0 done; 1 failed or incomplete; 3 no such site, or nothing found for this user.
`;

/** @throws CommandError */
function readOptions(args: string[]): EraseCommandLine {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { site: text, user: text, 'dry-run': flag, help: { ...flag, short: 'h' } } as const;
  const { values } = parseCommandLine({ args: withoutSeparator(args), options });
  const { site, user, help, 'dry-run': dryRun = false } = values;
  if (help) return { kind: 'help' };
  if (!site) throw new CommandError('Pass the site with --site ID.');
  if (!user) throw new CommandError('Pass the user to erase with --user ID.');
  return { kind: 'erase', options: { siteId: site, userId: user, dryRun } };
}

function erasedText({ siteId, userId, dryRun }: EraseOptions, erased: ErasedUserSummary): string {
  const { events, first, last, visitor, deadLetters, rawSince } = erased;
  const times = events === 0 ? '' : `, from ${first} to ${last}`;
  const remains = rawSince
    ? `  kept          rollups before ${rawSince.toISOString()}, whose raw events were dropped, still count the user anonymously\n`
    : '';
  const { removed, rewritten, events: within } = deadLetters;
  return `${dryRun ? 'Dry run, would remove' : 'Removed'}: user ${JSON.stringify(userId)} of site ${siteId}
  events        ${events.toLocaleString('en')}${times}
  visitor       ${visitor ? 1 : 0}
  dead letters  ${removed} removed, ${rewritten} rewritten without the user's events (${formatCount(within, 'event')} in total)
${remains}`;
}

/** Undefined if something was found. */
function notFoundText({ siteId, userId }: EraseOptions, erased: ErasedUserSummary): string | undefined {
  const { events, visitor, deadLetters, payments, isSiteKnown } = erased;
  if (events + payments + deadLetters.events > 0 || visitor) return undefined;
  return isSiteKnown
    ? `Nothing found for user ${JSON.stringify(userId)} on site ${siteId}.`
    : `Unknown site: ${siteId}.`;
}

const rolledText = ({ intervals, days }: RollSummary) =>
  `  rollups       exact: ${formatCount(intervals, 'interval')} and ${formatCount(days, 'day')} recomputed\n`;

const notPurgedText =
  '  segments      still contain copies of the events, which no query reads; the next rolls remove them\n';

export interface EraseDeps {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

/** How long to wait for another roll of the site. */
const patience = { attempts: 120, pauseMs: 500 };

async function rollPatiently(pool: Pool, siteId: string): Promise<RollSummary> {
  const summary = await retryWhileBusy(() => rollSite(pool, siteId, { now: new Date() }), patience);
  if (summary !== busy) return summary;
  throw new CommandError(
    'The user is erased, but another roll of the site is still running. The next roll updates the rollups; until then queries read the affected times from raw events, so results are exact.',
  );
}

async function isPurgeDue(pool: Pool, siteId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    '/* processor.isPurgeDue */ select 1 from site_rollups where site_id = $1 and segments_purge',
    [siteId],
  );
  return rowCount === 1;
}

async function erase(pool: Pool, options: EraseOptions, stdout: Writable): Promise<string | undefined> {
  const erased = await eraseUser(pool, options);
  const nothing = notFoundText(options, erased);
  if (nothing !== undefined) {
    // An earlier erasure may have been interrupted before its roll.
    if (!options.dryRun) await rollSite(pool, options.siteId, { now: new Date() });
    return nothing;
  }
  stdout.write(erasedText(options, erased));
  if (options.dryRun) return undefined;
  stdout.write(rolledText(await rollPatiently(pool, options.siteId)));
  if (await isPurgeDue(pool, options.siteId)) stdout.write(notPurgedText);
  return undefined;
}

/** Exit code: 0 when the user is erased and the rollups are exact, 3 when there was nothing to erase, otherwise 1. */
export async function runErase(args: string[], deps: EraseDeps): Promise<0 | 1 | 3> {
  const { stdout, stderr, databaseUrl } = deps;
  const commandLine = catchProblem(() => readOptions(args));
  if (commandLine.kind === 'help') {
    stdout.write(eraseHelp);
    return 0;
  }
  if (commandLine.kind === 'problem') {
    stderr.write(`erase: ${commandLine.message} See --help.\n`);
    return 1;
  }
  try {
    const nothing = await onDatabase('erase', databaseUrl, (pool) => erase(pool, commandLine.options, stdout));
    if (nothing === undefined) return 0;
    stderr.write(`erase: ${nothing}\n`);
    return 3;
  } catch (error) {
    stderr.write(`erase: ${describeFailure(error)}\n`);
    return 1;
  }
}
