/** Every received event has exactly one of these outcomes. */
export const outcomes = ['stored', 'duplicate', 'rejected', 'dead_lettered', 'in_flight'] as const;
type Outcome = (typeof outcomes)[number];

export type Account = { received: number } & Record<Outcome, number>;

/** Events without an outcome; negative if some have two. */
export const missingEvents = (account: Account): number =>
  account.received - outcomes.reduce((sum, outcome) => sum + account[outcome], 0);
