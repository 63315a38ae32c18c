/** Slots for streamed files: no key and no address takes more than half of them. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { generateKey, registerKey } from '@millrace/shared/access/keys';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { addJune, type ExportStack, type StackOptions, startExportStack } from './export-stack.js';

type Headers = Record<string, string>;

/** A stack whose files are too long to be sent before their client reads them. */
async function startStreams(options: StackOptions) {
  const streams = createGate({ maxConcurrent: 4, maxWaiting: 20, maxWaitMs: 60_000 });
  const stack = await startExportStack({ ...options, exports: { streams } });
  await addJune(stack.database);
  await stack.addEvents('shop', 40_000, 500);
  const server = createServer(stack.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { stack, server, streams };
}

let stack: ExportStack;
let server: Server;
let open: IncomingMessage[] = [];

const url = (format: string) => {
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/api/v1/datasets/events/export.${format}?site_id=shop&date_range=2026-06-01,2026-06-01`;
};

/** The status of a file whose response has started and is not read on. */
async function begin(headers: Headers, format = 'csv'): Promise<number> {
  const [answer] = (await once(get(url(format), { headers }), 'response')) as [IncomingMessage];
  open.push(answer);
  answer.on('error', () => {});
  return answer.statusCode!;
}
const refused = async (headers: Headers) => {
  const answer = await fetch(url('csv'), { headers });
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), ...error };
};
const refusalOf = (kind: string) => ({
  status: 429,
  code: 'too_many_queries',
  retryAfter: '10',
  message: `This ${kind} already uses 2 of the 4 slots for streamed files, which is its limit. Retry in 10 s, or create an export with POST /api/v1/exports.`,
});

afterEach(() => {
  for (const answer of open) answer.destroy();
  open = [];
});
const stopServer = async () => {
  server.closeAllConnections();
  server.close();
  await stack.stop();
};

describe('a key', () => {
  const [greedy, other] = [generateKey(), generateKey()];
  const by = (key: string) => ({ authorization: `Bearer ${key}` });
  beforeAll(async () => {
    ({ stack, server } = await startStreams({ keys: (pool) => createKeyRing(pool, silent) }));
    await registerKey(stack.database.pool, greedy, { name: 'greedy', scopes: ['read'] });
    await registerKey(stack.database.pool, other, { name: 'other', scopes: ['read'] });
  });
  afterAll(stopServer);

  it('has half of the slots, whatever the format, and another key has the rest', async () => {
    expect([await begin(by(greedy)), await begin(by(greedy), 'ndjson')]).toEqual([200, 200]);
    expect(await refused(by(greedy))).toEqual(refusalOf('key'));
    expect([await begin(by(other)), await begin(by(other))]).toEqual([200, 200]);
    expect(await refused(by(other))).toEqual(refusalOf('key'));
  });

  it('has a free slot again once one of its files has ended', async () => {
    await eventually(async () => (await begin(by(greedy))) === 200, 'the earlier slots are free');
    expect(await begin(by(greedy))).toBe(200);
    expect((await refused(by(greedy))).status).toBe(429);
    open.pop()!.destroy();
    await eventually(async () => (await begin(by(greedy))) === 200, 'there is a free slot again');
  });
});

describe('an address, if no key is needed,', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  beforeAll(async () => {
    ({ stack, server } = await startStreams({ isTrustedProxy: (address) => address === '127.0.0.1' }));
  });
  afterAll(stopServer);

  it('has half of the slots, and a whole IPv6 network counts as one address', async () => {
    expect([await begin(from('2001:db8:1:2::1')), await begin(from('2001:db8:1:2:3::9'))]).toEqual([200, 200]);
    expect(await refused(from('2001:db8:1:2::7'))).toEqual(refusalOf('address'));
    expect(await begin(from('192.0.2.1'))).toBe(200);
  });
});
