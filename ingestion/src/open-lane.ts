/** Creates the event lane and sizes its memory limits to the heap. */
import { parseProxies } from '@millrace/shared/access/rate-limit';
import type { Logger } from '@millrace/shared/platform/logger';
import { createSlowBodies } from '@millrace/shared/platform/slow-bodies';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { createAdmit } from './admit-request.js';
import { createByteBudget } from './byte-budget.js';
import type { Config } from './config.js';
import type { EventQueue } from './enqueue-events.js';
import { createEnrich } from './enrich/enrich-event.js';
import { createNameVisitor } from './enrich/name-visitor.js';
import { createAgentReader } from './enrich/read-agent.js';
import { createEventLane, type EventLane } from './event-lane.js';
import { createFindFacts } from './facts.js';
import type { Ledger } from './ledger.js';
import { createNameClient } from './name-client.js';
import type { Lookups } from './open-lookups.js';
import { createParseMemory, usableHeapBytes } from './parse-memory.js';
import { createBodyReader } from './read-body.js';

export interface LaneParts extends Omit<Lookups, 'close'> {
  events: EventQueue;
  telemetry: Telemetry;
  logger: Logger;
  isClosing: () => boolean;
  ledger: Ledger;
}

/** Half of the usable heap is for request bodies, the other half for parsing them. */
export function openLane(config: Config, { keys, sites, locator, ...parts }: LaneParts): EventLane {
  const usableBytes = usableHeapBytes();
  const pendingBytes = Math.floor(Math.min(config.INGESTION_MAX_PENDING_BYTES, usableBytes / 2));
  if (pendingBytes < config.INGESTION_MAX_PENDING_BYTES) {
    parts.logger.info({ pendingBytes, usableBytes }, 'limited the bytes of concurrent requests to fit the heap');
  }
  const isTrusted = parseProxies(config.TRUST_PROXY);
  return createEventLane({
    ...parts,
    budget: createByteBudget(pendingBytes),
    readBody: createBodyReader(createSlowBodies(), createParseMemory(usableBytes)),
    nameClient: createNameClient(isTrusted),
    admit: createAdmit({
      keys,
      eventsPerSecond: config.INGEST_RATE_LIMIT,
      pageEventsPerSecond: config.PAGE_RATE_LIMIT,
    }),
    findFacts: createFindFacts(isTrusted, config.COUNTRY_HEADERS.split(/ *, */)),
    enrich: createEnrich({
      ...{ sites, locator, now: Date.now },
      readAgent: createAgentReader(),
      nameVisitor: createNameVisitor(),
    }),
    now: Date.now,
  });
}
