/** Turns the configuration into what alerts may send to, and how. */

/** The variables of the configuration that alerts read. */
export interface AlertEnvironment {
  SMTP_URL?: string;
  MAIL_FROM?: string;
  ALERT_ALLOW_PRIVATE: boolean;
}

export interface AlertSettings {
  /** Undefined: there is no mail. */
  mail: { url: string; from: string } | undefined;
  /** Webhooks may lie in private networks and on any port. */
  allowPrivate: boolean;
}

export const alertSettings = ({ SMTP_URL, MAIL_FROM, ALERT_ALLOW_PRIVATE }: AlertEnvironment): AlertSettings => ({
  mail: SMTP_URL && MAIL_FROM ? { url: SMTP_URL, from: MAIL_FROM } : undefined,
  allowPrivate: ALERT_ALLOW_PRIVATE,
});
