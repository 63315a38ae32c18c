/** Event types that tables of aggregates count, so that an event marks only the tables that it can change. */

export const moneyTypes = ['payment', 'refund', 'subscription_changed', 'subscription_canceled'];
export const tournamentTypes = ['tournament_created', 'tournament_completed'];
export const profileTypes = ['impression', 'view', 'click', 'signup', 'payment', 'revenue'];
export const publisherTypes = ['ad_request', 'impression', 'click', 'revenue'];
export const signupType = 'signup';

/** Every type that is told apart in marks. */
export const markedTypes = [
  ...new Set([...moneyTypes, ...tournamentTypes, ...profileTypes, ...publisherTypes, signupType]),
];

const known = new Set(markedTypes);

/** Types as marks name them: those that no aggregate names are '' together. */
export const asMarked = (types: Iterable<string>): string[] => [
  ...new Set([...types].map((type) => (known.has(type) ? type : ''))),
];
