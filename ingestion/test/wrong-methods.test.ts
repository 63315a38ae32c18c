/** Every URL of the service answers 405 to the methods that it does not support. */
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { routesOf } from '@millrace/shared/testing/app-routes';
import { silent } from '@millrace/shared/testing/database';
import { findWrongAnswers, methodsByPath } from '@millrace/shared/testing/wrong-methods';
import { expect, it } from 'vitest';
import { buildApp, laneFirst } from '../src/app.js';
import type { EventQueue } from '../src/enqueue-events.js';
import { methodsByPath as methodsOfLane } from '../src/wires/wires.js';
import { createTestLane } from './create-test-lane.js';

/** None of these requests may get as far as the queue. */
const noQueue = undefined as unknown as EventQueue;
const lane = createTestLane({ events: noQueue });
const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
const app = buildApp(service, lane);

/** Routes with regular expressions have names of scripts with a hash. */
const routes = [...routesOf(app).filter((route) => !route.includes('^')), 'GET /m.0123456789ab.js'];
const lanes = [...methodsOfLane].map(([path, methods]) => [path, new Set(methods.split(', '))] as const);
const methods = new Map([...methodsByPath(routes), ...lanes]);
const withValues = (path: string) => path.replaceAll(/\{\w+\}/g, 'x');

it.each([
  ['in front of Express', laneFirst(lane, app)],
  ['inside Express', app],
])('with the event lane %s', async (_place, handler) => {
  const spell = (path: string) => [withValues(path), `${withValues(path)}?key=x`];
  const { tried, problems } = await findWrongAnswers(handler, methods, { spell });
  expect(problems).toEqual([]);
  expect(tried).toBeGreaterThan(200);
});

it('supports HEAD wherever it supports GET', () => {
  const withoutHead = [...methods].filter(([, supported]) => supported.has('GET') && !supported.has('HEAD'));
  expect(withoutHead).toEqual([]);
});
