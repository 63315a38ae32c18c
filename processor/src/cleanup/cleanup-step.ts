import type { CleanupResult } from '@millrace/shared/contract/job-results';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { QueueHandle } from '@millrace/shared/queue/queue';

export interface CleanupDeps {
  pool: Pool;
  /** Queues whose finished jobs are removed. */
  queues?: QueueHandle[];
  exportDir: string;
  /** 0 keeps raw events forever. */
  rawRetentionDays: number;
  now: Date;
  logger: Logger;
}

/** `olderThan`: days, overrides the default of the step. */
export type CleanupStep = (deps: CleanupDeps, olderThan: number | undefined) => Promise<CleanupResult>;

const dayMs = 86_400_000;

export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * dayMs);
