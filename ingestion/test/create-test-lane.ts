/** Creates an event lane with production defaults, for tests that replace some parts. */

import { createSlowBodies, type SlowBodies } from '@millrace/shared/platform/slow-bodies';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { silent } from '@millrace/shared/testing/database';
import { createByteBudget } from '../src/byte-budget.js';
import { createEventLane, type EventLane, type EventLaneDeps } from '../src/event-lane.js';
import { createFindFacts } from '../src/facts.js';
import { createNameClient } from '../src/name-client.js';
import { createParseMemory, usableHeapBytes } from '../src/parse-memory.js';
import { createBodyReader } from '../src/read-body.js';

export const createTestReader = (slow: SlowBodies = createSlowBodies()) =>
  createBodyReader(slow, createParseMemory(usableHeapBytes()));

export function createTestLane(given: Partial<EventLaneDeps> & Pick<EventLaneDeps, 'events'>): EventLane {
  return createEventLane({
    budget: createByteBudget(48_000_000),
    readBody: createTestReader(),
    nameClient: createNameClient(() => false),
    findFacts: createFindFacts(() => false, []),
    enrich: () => true,
    telemetry: createTelemetry(),
    logger: silent,
    now: Date.now,
    isClosing: () => false,
    ...given,
  });
}
