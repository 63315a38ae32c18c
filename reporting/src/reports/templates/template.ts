/** A template of reports: what is written, for whom and when. */
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

/** What people decide of a template. */
export interface TemplateFields {
  name: string;
  description: string | null;
  schedule: ScheduleName | 'custom';
  cron: string;
  /** Null: the clock of the schedule shows UTC, and days are those of each site. */
  timezone: string | null;
  period: PeriodType;
  dataset: string;
  /** Of the dataset, as they were sent. */
  params: Record<string, unknown>;
  format: FormatId;
  includeMetadata: boolean;
  recipients: Recipient[];
  webhook: string | null;
  isActive: boolean;
}

export interface Template extends TemplateFields {
  id: string;
  /** Null: a report for each site that was active in the period. */
  siteId: string | null;
  /** Signs what is posted to the webhook. */
  secret: string | null;
  builtIn: boolean;
  createdAt: Date;
  updatedAt: Date;
}
