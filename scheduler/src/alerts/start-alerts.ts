/** Watching for alerts: every replica looks, each rule is evaluated and each message sent by one. */

import { type OutboundEnvironment, outboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
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

/** Rules are due every 15 s; looking more often spreads them and sends second attempts in time. */
const checkIntervalMs = 5_000;

const closeTimeoutMs = 2_000;

/** Returns what ends it, once the look under way is over; one that a mute queue or receiver holds up is not waited for. */
export function startAlerts(deps: AlertsDeps): () => Promise<void> {
  const { pool, queues, logger, telemetry, clock = () => new Date(), webhookOptions = {} } = deps;
  const settings = outboundSettings(deps.config);
  const sent = telemetry.counter('millrace_alert_deliveries_total', 'Attempts to deliver alerts', ['outcome']);
  const logFailure = createErrorLog(logger, 'alerts cannot be looked after at the moment');
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    await evaluateRules({ pool, queues, logger, clock });
    for (const { id, error } of await deliverMessages({ pool, settings, clock, webhookOptions })) {
      sent.inc({ outcome: error === undefined ? 'delivered' : 'failed' });
      if (error !== undefined) logger.warn({ delivery: id, reason: error }, 'an alert was not delivered');
    }
  }

  const timer = setInterval(() => {
    looking ??= look()
      .catch(logFailure)
      .finally(() => {
        looking = undefined;
      });
  }, checkIntervalMs);
  return async () => {
    clearInterval(timer);
    if (looking === undefined) return;
    await withTimeout(looking, closeTimeoutMs, 'a look at the alerts').catch((error) =>
      logger.warn({ err: error }, 'ending in the middle of a look at the alerts'),
    );
  };
}
