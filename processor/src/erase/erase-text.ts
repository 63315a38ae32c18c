/** The output of `npm run erase`. */
import { formatCount } from '../format-count.js';
import type { RollSummary } from '../rollups/roll-site.js';
import type { EraseOptions } from './erase-options.js';
import type { ErasedUserSummary } from './erase-user.js';

export function erasedText({ siteId, userId, dryRun }: EraseOptions, erased: ErasedUserSummary): string {
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
export function notFoundText({ siteId, userId }: EraseOptions, erased: ErasedUserSummary): string | undefined {
  const { events, visitor, deadLetters, payments, isSiteKnown } = erased;
  if (events + payments + deadLetters.events > 0 || visitor) return undefined;
  return isSiteKnown
    ? `Nothing found for user ${JSON.stringify(userId)} on site ${siteId}.`
    : `Unknown site: ${siteId}.`;
}

export const rolledText = ({ intervals, days }: RollSummary) =>
  `  rollups       exact: ${formatCount(intervals, 'interval')} and ${formatCount(days, 'day')} recomputed\n`;

export const notPurgedText =
  '  segments      still contain copies of the events, which no query reads; the next rolls remove them\n';
