import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CommandError,
  type DatabaseUrl,
  describeFailure,
  onDatabase,
} from '@millrace/shared/commands/command-database';
import type { Pool } from '@millrace/shared/platform/postgres';
import { busy } from '../rollups/claim-site.js';
import { type RollSummary, rollSite } from '../rollups/roll-site.js';
import { type EraseOptions, eraseHelp, eraseOptions } from './erase-options.js';
import { erasedText, notFoundText, notPurgedText, rolledText } from './erase-text.js';
import { eraseUser } from './erase-user.js';

export interface EraseDeps {
  stdout: Writable;
  stderr: Writable;
  databaseUrl: DatabaseUrl;
}

/** How long to wait for another roll of the site. */
const patience = { attempts: 120, pauseMs: 500 };

async function rollPatiently(pool: Pool, siteId: string): Promise<RollSummary> {
  for (let attempt = 0; attempt < patience.attempts; attempt += 1) {
    const summary = await rollSite(pool, siteId, { now: new Date() });
    if (summary !== busy) return summary;
    await pause(patience.pauseMs);
  }
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
  const commandLine = eraseOptions(args);
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
