import type { QueueName } from '@millrace/shared/contract/jobs';

/** The condition of each kind of rule. */
export interface Conditions {
  /** The oldest waiting job of a queue is older than `seconds`. */
  queue_age: { queue: QueueName; seconds: number };
  /** At least `percent` of the jobs that ended in the last `minutes` failed permanently. */
  failure_rate: { queue: QueueName; percent: number; minutes: number };
  /** At least `count` events of one or all sites were dead-lettered in the last `minutes`. */
  dead_letters: { site_id?: string; count: number; minutes: number };
  /** No event of a site has a timestamp in the last `minutes`. */
  site_silent: { site_id: string; minutes: number };
}

export type AlertKind = keyof Conditions;

export type Watch = { [Kind in AlertKind]: { kind: Kind; condition: Conditions[Kind] } }[AlertKind];

/** Where alerts are sent: a webhook or an email address. */
export interface Target {
  webhook: string | null;
  email: string | null;
  /** Signs the webhook body; null for email. */
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

/** A rule and its state at the time of the claim. */
export type ClaimedRule = AlertRule & { state: AlertState['state']; since: Date; notifiedAt: Date | null };

export const alertEvents = ['firing', 'reminder', 'resolved', 'test'] as const;
export type AlertEvent = (typeof alertEvents)[number];
