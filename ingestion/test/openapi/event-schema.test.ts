/** The schema of an event accepts what the service accepts, and refuses what it refuses for a reason that a schema can express. */
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createRandomEvents } from '@millrace/shared/testing/random-events';
import { instantPattern } from '@millrace/shared/time/instant';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RejectedEvent } from '../../src/validate-events.js';
import {
  buildDocumentedApp,
  createJudge,
  type DocumentedService,
  startDocumentedService,
} from './documented-service.js';

const judge = createJudge();
const refusedBySchema = (value: unknown) => judge({ $ref: '#/components/schemas/Event' }, value);

let service: DocumentedService;
let app: Express;
beforeAll(async () => {
  service = await startDocumentedService();
  app = buildDocumentedApp(service.events);
});
afterAll(() => service.stop());

/** Posts events as lines, few enough that every rejection is listed. Returns the rejection of each, or undefined. */
async function post(lines: string[]): Promise<(RejectedEvent | undefined)[]> {
  const { body } = await request(app)
    .post('/events')
    .set('content-type', 'application/x-ndjson')
    .send(lines.join('\n'));
  const rejected: RejectedEvent[] = body.rejected ?? body.error.details.rejected;
  const byIndex = new Map(rejected.map((each) => [each.index, each]));
  return lines.map((_line, index) => byIndex.get(index));
}

type Fields = Record<string, unknown> & { properties?: Record<string, unknown> };

/** Whether the rule is one that JSON Schema cannot express. */
function isBeyondSchema({ reason, field, message }: RejectedEvent, event: Fields): boolean {
  const isTime = field === 'timestamp' || field === 'sent_at';
  if (isTime)
    return reason === 'out_of_range' || (reason === 'bad_format' && instantPattern.test(String(event[field])));
  if (field === 'properties.currency')
    return reason === 'bad_format' && /^[A-Z]{3}$/.test(String(event.properties?.currency));
  const isAmount = field === 'properties.amount' || field === 'properties.revenue';
  if (isAmount && typeof event.properties?.[field.slice('properties.'.length)] === 'number')
    return reason === 'bad_format';
  return /levels deep|bytes|digits when written/.test(message);
}

const random = createRandom(20_261_128);
const { pick } = random;
const randomEvent = createRandomEvents(random);

const names = ['t1', 'x'.repeat(128), 'x'.repeat(129), '', null, 7, undefined];
const amounts = [
  '12.50',
  '0',
  '-3.000001',
  '1.5000001',
  '1e3',
  ' 1',
  12.5,
  -1,
  0,
  1e21,
  1e-7,
  999_999_999_999,
  null,
  true,
  undefined,
];
const currencies = ['EUR', 'JPY', 'eur', 'ZZZ', '', null, 7, undefined];
const quantities = [0, 16, 1.5, -1, 1e9, 1e9 + 1, '16', null, undefined];
const someProperties: [string, unknown[]][] = [
  ...['transaction_id', 'subscription_id', 'refund_id', 'category', 'feature', 'tournament_id', 'format'].map(
    (name): [string, unknown[]] => [name, names],
  ),
  ...['amount', 'revenue'].map((name): [string, unknown[]] => [name, amounts]),
  ...['players', 'duration_minutes'].map((name): [string, unknown[]] => [name, quantities]),
  ['currency', currencies],
  ['status', ['succeeded', 'failed', 'pending', null, undefined]],
  ['interval', ['day', 'quarter', 'fortnight', null, undefined]],
  ['interval_count', [1, 366, 0, 367, 1.5, '2', null, undefined]],
  ['ends', ['now', 'period_end', 'soon', null, undefined]],
  ['plan', ['gold', { name: 'gold' }, undefined]],
];
const types = [
  ...['signup', 'payment', 'refund', 'subscription_changed', 'subscription_canceled', 'revenue', 'cost'],
  ...['tournament_created', 'tournament_completed', 'Payment'],
];

/** Mostly the first, valid value of each property. */
function randomTypedEvent(): unknown {
  const properties = someProperties.map(([name, values]) => [name, random() < 0.9 ? values[0] : pick(values)]);
  return {
    ...{ site_id: 'demo', path: '', event_type: pick(types) },
    user_id: pick(['ada', 'ada', null, undefined]),
    properties: random() < 0.03 ? pick([null, undefined, []]) : Object.fromEntries(properties),
  };
}

it.each([
  ['of any kind', randomEvent],
  ['of types with rules', randomTypedEvent],
])('agrees with the service about random events %s', async (_kind, create) => {
  const tally = { accepted: 0, refused: 0, beyond: 0 };
  for (let round = 0; round < 4; round += 1) {
    const lines = Array.from({ length: 900 }, () => stringifyExactJson(create() ?? null));
    const rejections = await post(lines);
    for (const [index, line] of lines.entries()) {
      const event = JSON.parse(line);
      const [rejection, problem] = [rejections[index], refusedBySchema(event)];
      const shown = `${line.slice(0, 500)} ${JSON.stringify(rejection)}`;
      if (!rejection) expect(problem, shown).toBeUndefined();
      else if (!isBeyondSchema(rejection, event)) expect(problem, shown).toBeDefined();
      if (!rejection) tally.accepted += 1;
      else if (problem) tally.refused += 1;
      else tally.beyond += 1;
    }
  }
  expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(500);
  expect(tally.beyond).toBeGreaterThan(0);
  expect(tally.beyond).toBeLessThan(tally.refused / 4);
});

const view = { site_id: 'demo', event_type: 'view', path: '/' };

it.each([
  [{ ...view, title: '', country: null }, true],
  [{ ...view, user_id: '' }, false],
  [{ ...view, event_id: 'e1' }, false],
  [{ ...view, event_id: 'e1', timestamp: null }, false],
  [{ ...view, event_id: null }, true],
  [{ ...view, context: { ip: null } }, true],
  [{ ...view, context: { ip: 7 } }, false],
  [{ ...view, context: { agent: 'x' } }, false],
  [{ ...view, timestamp: '2025-11-14 10:00:00Z' }, false],
  [{ ...view, properties: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, at])) }, false],
  [{ ...view, properties: { in: [Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`k${at}`, at]))] } }, false],
  [{ ...view, event_type: '😀'.repeat(64) }, true],
  [{ ...view, event_type: '😀'.repeat(65) }, false],
  [{ ...view, event_type: 'signup' }, false],
  [{ ...view, event_type: 'subscription_canceled' }, false],
  [{ ...view, event_type: 'subscription_canceled', user_id: 'ada' }, true],
  [{ ...view, event_type: 'subscription_canceled', properties: { subscription_id: 's1' } }, true],
  [{ ...view, event_type: 'payment' }, false],
])('document and service both decide on %j: %s', async (event, isAccepted) => {
  const response = await request(app).post('/event').send(event);
  expect(response.status).toBe(isAccepted ? 200 : 400);
  expect(refusedBySchema(event) === undefined).toBe(isAccepted);
});
