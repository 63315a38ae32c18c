import type { PoolClient } from '@millrace/shared/platform/postgres';

/** `[from, to)`; the previous period is `[before, from)`. */
export interface MeasuredPeriod {
  client: PoolClient;
  siteId: string;
  before: Date;
  from: Date;
  to: Date;
}
