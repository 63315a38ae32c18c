/** The event types that each aggregate table counts: an event marks only the tables it can change. */

export const moneyTypes = ['payment', 'refund', 'subscription_changed', 'subscription_canceled'];
export const tournamentTypes = ['tournament_created', 'tournament_completed'];
export const profileTypes = ['impression', 'view', 'click', 'signup', 'payment', 'revenue'];
export const publisherTypes = ['ad_request', 'impression', 'click', 'revenue'];
export const signupType = 'signup';

/** Types that marks name individually. */
export const markedTypes = [
  ...new Set([...moneyTypes, ...tournamentTypes, ...profileTypes, ...publisherTypes, signupType]),
];

const markedSet = new Set(markedTypes);

/** Event types as they appear in marks: all types that no aggregate counts become ''. */
export const toMarkedTypes = (types: Iterable<string>): string[] => [
  ...new Set([...types].map((type) => (markedSet.has(type) ? type : ''))),
];
