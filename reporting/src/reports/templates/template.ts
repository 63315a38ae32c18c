import type { PeriodType } from '@millrace/shared/contract/job-data';
import type { FormatId } from '../../exports/formats/format.js';

export const scheduleNames = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** When the named schedules fire, and how long their periods are. */
export const namedSchedules: Record<ScheduleName, { cron: string; period: PeriodType }> = {
  daily: { cron: '0 9 * * *', period: 'day' },
  weekly: { cron: '0 9 * * 1', period: 'week' },
  monthly: { cron: '0 9 1 * *', period: 'month' },
  quarterly: { cron: '0 9 1 1,4,7,10 *', period: 'quarter' },
};

export interface Recipient {
  address: string;
  name?: string;
}

/** The fields that users can set. */
export interface TemplateFields {
  name: string;
  description: string | null;
  schedule: ScheduleName | 'custom';
  cron: string;
  /** Null: the schedule is in UTC, and days are in each site's own time zone. */
  timezone: string | null;
  period: PeriodType;
  dataset: string;
  /** Parameters of the dataset, as sent. */
  params: Record<string, unknown>;
  format: FormatId;
  includeMetadata: boolean;
  recipients: Recipient[];
  webhook: string | null;
  isActive: boolean;
}

export interface Template extends TemplateFields {
  id: string;
  /** Null: one report for each site with events in the period. */
  siteId: string | null;
  /** Key of the webhook signature. */
  secret: string | null;
  builtIn: boolean;
  createdAt: Date;
  updatedAt: Date;
}
