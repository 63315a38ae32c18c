import type { AlertEvent, AlertRule } from './alert-rule.js';

export interface AlertMessage {
  /** Id of the delivery, the same in every attempt. */
  id: string;
  event: AlertEvent;
  rule: Pick<AlertRule, 'id' | 'name' | 'kind' | 'condition'>;
  /** When the current state began. */
  since: Date;
  at: Date;
  summary: string;
}

/** The parsed text of {@link messageBody}. */
type SentMessage = Omit<AlertMessage, 'since' | 'at'> & { since: string; at: string };

/** Stored as text, since its bytes are signed. */
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
    text: `${title}\n\n${summary}\n\nSince ${since}, sent at ${at}.\nRule ${rule.id} (${rule.kind}).\n`,
  };
}
