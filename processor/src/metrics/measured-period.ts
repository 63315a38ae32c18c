/** Turns a site, a period and the one before it into what every measurement needs. */
import type { PoolClient } from '@millrace/shared/platform/postgres';

/** Stretches are half-open; `before` is the start of the period before, which ends with `from`. */
export interface MeasuredPeriod {
  client: PoolClient;
  siteId: string;
  before: Date;
  from: Date;
  to: Date;
}
