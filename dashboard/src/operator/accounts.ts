/** What became of the events of an hour. */

/** Each event that was received is in exactly one of these. */
export const outcomes = ['stored', 'duplicate', 'rejected', 'dead_lettered', 'in_flight'] as const;
type Outcome = (typeof outcomes)[number];

export type Account = { received: number } & Record<Outcome, number>;

/** How many are nowhere; less than zero: so many are in two places. */
export const missingEvents = (account: Account): number =>
  account.received - outcomes.reduce((sum, outcome) => sum + account[outcome], 0);
