/** Turns what an alert may watch, and whom it tells, into types. */
import type { QueueName } from '@millrace/shared/contract/jobs';

/** What each kind of rule watches for. */
export interface Conditions {
  /** The oldest waiting job of a queue is older than so many seconds. */
  queue_age: { queue: QueueName; seconds: number };
  /** So many percent, or more, of the jobs that ended in the last minutes failed for good. */
  failure_rate: { queue: QueueName; percent: number; minutes: number };
  /** So many events, or more, were set aside in the last minutes; of one site or of all. */
  dead_letters: { site_id?: string; count: number; minutes: number };
  /** No event of a site has a timestamp of the last minutes. */
  site_silent: { site_id: string; minutes: number };
}

export type AlertKind = keyof Conditions;

/** What a rule watches. */
export type Watch = { [Kind in AlertKind]: { kind: Kind; condition: Conditions[Kind] } }[AlertKind];

/** Whom a rule tells: an address of the web, or one of mail. */
export interface Target {
  webhook: string | null;
  email: string | null;
  /** Signs what goes to the webhook; null for mail. */
  secret: string | null;
}

export type AlertRule = Watch &
  Target & {
    id: string;
    name: string;
    enabled: boolean;
    renotifyMinutes: number | null;
  };

export interface AlertState {
  state: 'ok' | 'firing';
  since: Date;
  evaluatedAt: Date | null;
  notifiedAt: Date | null;
  summary: string | null;
  problem: string | null;
}

export const alertEvents = ['firing', 'reminder', 'resolved', 'test'] as const;
/** What a message tells: that it began, that it goes on, that it is over; or nothing, to see whether it arrives. */
export type AlertEvent = (typeof alertEvents)[number];
