/** What visits are, where no column says it. */

/**
 * Types of events that happen to a visitor, or that a page makes by itself: a visit of one view and only these is a bounce, as the
 * visitor did nothing more.
 */
export const passiveTypes = ['impression', 'ad_request', 'revenue', 'cost', 'refund', 'asset', 'request'];
