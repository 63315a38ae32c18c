/** Turns what an alert has to tell into the JSON text that is posted, and into the words of a mail. */
import type { AlertEvent, AlertRule } from './alert-rule.js';

export interface AlertMessage {
  /** Of the delivery: the same in every attempt. */
  id: string;
  event: AlertEvent;
  rule: Pick<AlertRule, 'id' | 'name' | 'kind' | 'condition'>;
  /** Since when the state is as it is. */
  since: Date;
  at: Date;
  summary: string;
}

/** What {@link messageBody} wrote, read again. */
type SentMessage = Omit<AlertMessage, 'since' | 'at'> & { since: string; at: string };

/** Kept as text, since its signature is of bytes. */
export const messageBody = ({ rule: { id, name, kind, condition }, ...message }: AlertMessage) =>
  JSON.stringify({ ...message, rule: { id, name, kind, condition } });

const titles: Record<AlertEvent, string> = {
  firing: 'Alert',
  reminder: 'Still',
  resolved: 'Resolved',
  test: 'Test',
};

export function mailOf(body: string): { subject: string; text: string } {
  const { event, rule, since, at, summary } = JSON.parse(body) as SentMessage;
  const title = `${titles[event]}: ${rule.name}`;
  return {
    subject: `[Millrace] ${title}`,
    text: `${title}\n\n${summary}\n\nSince ${since}, told at ${at}.\nRule ${rule.id} (${rule.kind}).\n`,
  };
}
