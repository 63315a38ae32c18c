/** The security schemes of the document are those that the service accepts. */
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../../src/openapi/describe-api.js';
import { expectDescribed, operationOf } from './described-operations.js';
import { buildDocumentedApp, type DocumentedService, startDocumentedService } from './documented-service.js';

let service: DocumentedService;
let closedApp: Express;
beforeAll(async () => {
  service = await startDocumentedService();
  closedApp = buildDocumentedApp(service.events, { keys: service.keys });
});
afterAll(() => service.stop());

const event = { site_id: 'demo', event_type: 'view', path: '/' };
const address = '/event?site_id=demo&event_type=view&path=/';

describe('with INGEST_AUTH=key, the security schemes', () => {
  const keyOf = async (more: Omit<NewKey, 'name'>) =>
    (await createKey(service.database.pool, { name: 'k', ...more })).key;
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
  const message = { type: 'track', event: 'trial' };
  const umami = { type: 'event', payload: { website: 'demo', url: '/' } };

  it('are those that the service accepts', async () => {
    const key = await keyOf({ scopes: ['write'], siteId: 'demo' });
    await request(closedApp).post('/event').set(bearer(key)).send(event).expect(200);
    await request(closedApp).post(`/events?key=${key}`).send([event]).expect(200);
    await request(closedApp).get(`${address}&key=${key}`).expect(200);
    await request(closedApp).post('/v1/track').set(basic(key)).send(message).expect(200);
    await request(closedApp).post(`/v1/t?key=${key}`).send(message).expect(200);
    await request(closedApp).post(`/api/send?key=${key}`).send(umami).expect(200);
    expect(Object.keys(describeApi().components.securitySchemes)).toEqual(['key', 'keyInUrl', 'writeKey']);
  });

  it('are refused where the document does not name them', async () => {
    const key = await keyOf({ scopes: ['write'], siteId: 'demo' });
    await request(closedApp).post('/event').set(basic(key)).send(event).expect(401);
    await request(closedApp).post('/v1/track').set(bearer(key)).send(message).expect(401);
    await request(closedApp).post('/api/send').set(bearer(key)).send(umami).expect(401);
  });

  it('refuse other scopes, and secrets in a URL, as described', async () => {
    const operation = operationOf('post', '/event');
    const reader = await keyOf({ scopes: ['read'] });
    const secret = await keyOf({ scopes: ['write'] });
    expectDescribed(operation, await request(closedApp).post('/event').set(bearer(reader)).send(event).expect(403));
    expectDescribed(operation, await request(closedApp).post(`/event?key=${secret}`).send(event).expect(403));
  });
});
