/** Turns what an erasure did into the lines that it prints. */
import { counted } from '../counted.js';
import type { RollSummary } from '../rollups/roll-site.js';
import type { EraseOptions } from './erase-options.js';
import type { ErasedUserSummary } from './erase-user.js';

/** What is gone, or, after a dry run, what would be. */
export function erasedText({ siteId, userId, dryRun }: EraseOptions, erased: ErasedUserSummary): string {
  const { events, first, last, visitor, deadLetters, rawSince } = erased;
  const times = events === 0 ? '' : `, from ${first} to ${last}`;
  const remains = rawSince
    ? `  remains       rollups of before ${rawSince.toISOString()}, of which no event is kept, count the user without a name\n`
    : '';
  const { removed, rewritten, events: within } = deadLetters;
  return `${dryRun ? 'Would be removed (nothing was)' : 'Removed'}: user ${JSON.stringify(userId)} of site ${siteId}
  events        ${events.toLocaleString('en')}${times}
  visitor       ${visitor ? 1 : 0}
  dead letters  ${removed} removed, ${rewritten} rewritten without the user's events (${within} of the user in both)
${remains}`;
}

/** Said where nothing was found; undefined where something was. */
export function nothingFound({ siteId, userId }: EraseOptions, erased: ErasedUserSummary): string | undefined {
  const { events, visitor, deadLetters, payments, isSiteKnown } = erased;
  if (events + payments + deadLetters.events > 0 || visitor) return undefined;
  return isSiteKnown
    ? `Nothing of user ${JSON.stringify(userId)} was found on site ${siteId}.`
    : `There is no such site: ${siteId}.`;
}

/** How the rollups were made exact again. */
export const rolledText = ({ intervals, days }: RollSummary) =>
  `  rollups       exact: ${counted(intervals, 'interval')} and ${counted(days, 'day')} recomputed\n`;

/** Said while segments hold copies of what is gone. */
export const notPurgedText =
  '  segments      still hold copies of events of the user, which no answer reads; the next rolls remove them\n';
