/** Evaluates alert rules and sends their messages; each rule and message is claimed by one replica. */
import { type OutboundEnvironment, outboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { repeat } from '@millrace/shared/platform/repeat';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { Queues } from '../open-queues.js';
import { type DeliveryDeps, deliverMessages } from './deliver-messages.js';
import { evaluateRules } from './evaluate-rules.js';

export interface AlertsDeps {
  pool: Pool;
  queues: Pick<Queues, 'get'>;
  logger: Logger;
  telemetry: Telemetry;
  config: OutboundEnvironment;
  clock?: () => Date;
  webhookOptions?: DeliveryDeps['webhookOptions'];
}

/** Rules are due every 15 s; checking more often spreads the load and sends retries on time. */
const checkEveryMs = 5_000;

const closeTimeoutMs = 2_000;

/** Returns a function that stops it and waits for the check in progress, but not for long if a queue or receiver hangs. */
export function startAlerts(deps: AlertsDeps): () => Promise<void> {
  const { pool, queues, logger, telemetry, clock = () => new Date(), webhookOptions = {} } = deps;
  const settings = outboundSettings(deps.config);
  const sent = telemetry.counter('millrace_alert_deliveries_total', 'Attempts to deliver alerts', ['outcome']);
  const logFailure = createErrorLog(logger, 'could not check alerts; trying again');

  async function check(): Promise<void> {
    await evaluateRules({ pool, queues, logger, clock });
    for (const { id, error } of await deliverMessages({ pool, settings, clock, webhookOptions })) {
      sent.inc({ outcome: error === undefined ? 'delivered' : 'failed' });
      if (error !== undefined) logger.warn({ delivery: id, reason: error }, 'could not deliver an alert');
    }
  }

  const stop = repeat(check, checkEveryMs, logFailure);
  return () =>
    withTimeout(stop(), closeTimeoutMs, 'the alert check').catch((error) =>
      logger.warn({ err: error }, 'shutting down during an alert check'),
    );
}
