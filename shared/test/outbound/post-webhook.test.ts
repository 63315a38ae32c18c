/** Webhooks to a local receiver, and attempts to redirect them elsewhere. */
import { createServer } from 'node:net';
import { postWebhook } from '@millrace/shared/outbound/post-webhook';
import { certificate } from '@millrace/shared/testing/certificate';
import { type HookReceiver, receiveHooks } from '@millrace/shared/testing/hook-receiver';
import { afterEach, describe, expect, it } from 'vitest';

const receivers: HookReceiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receive(...options: Parameters<typeof receiveHooks>): Promise<HookReceiver> {
  const receiver = await receiveHooks(...options);
  receivers.push(receiver);
  return receiver;
}

const resolveTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('a webhook', () => {
  it('is posted over TLS to the resolved address, and the certificate must match the name', async () => {
    const receiver = await receive(true);
    const options = { allowPrivate: true, ca: certificate, resolve: resolveTo('127.0.0.1') };
    await postWebhook(`https://hooks.example.test:${receiver.port}/in?x=1`, '{"a":"ü"}', { 'x-test': 'yes' }, options);
    expect(receiver.received).toMatchObject([
      {
        path: '/in?x=1',
        body: '{"a":"ü"}',
        headers: { host: `hooks.example.test:${receiver.port}`, 'content-type': 'application/json', 'x-test': 'yes' },
      },
    ]);
    await expect(postWebhook(`https://other.example.test:${receiver.port}/`, '{}', {}, options)).rejects.toThrow(
      /altnames/,
    );
    await expect(
      postWebhook(`https://hooks.example.test:${receiver.port}/`, '{}', {}, { ...options, ca: undefined as never }),
    ).rejects.toThrow(/self-signed/);
    expect(receiver.received).toHaveLength(1);
  });

  it('resolves the name once, so that a second answer of a name server has no effect', async () => {
    const receiver = await receive(true);
    let lookups = 0;
    const resolve = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    await postWebhook(
      `https://hooks.example.test:${receiver.port}/`,
      '{}',
      {},
      { allowPrivate: true, ca: certificate, resolve },
    );
    expect(lookups).toBe(1);
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    [['127.0.0.1'], '127.0.0.1 is in a private network'],
    [['8.8.8.8', '10.0.0.1'], '10.0.0.1 is in a private network'],
    [['169.254.169.254'], '169.254.169.254 is reserved'],
    [['::ffff:127.0.0.1'], '::ffff:127.0.0.1 is reserved'],
  ])('whose name resolves to %s is not sent', async (addresses, reason) => {
    const sending = postWebhook(
      'https://hooks.example.test/',
      '{}',
      {},
      { allowPrivate: false, resolve: resolveTo(...addresses) },
    );
    await expect(sending).rejects.toThrow(`not sent: hooks.example.test resolves to a forbidden address: ${reason}`);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i', async (status) => {
    const elsewhere = await receive();
    const receiver = await receive(false, `http://127.0.0.1:${elsewhere.port}/`);
    receiver.statuses.push(status);
    await expect(postWebhook(`http://127.0.0.1:${receiver.port}/`, '{}', {}, { allowPrivate: true })).rejects.toThrow(
      `the receiver responded with ${status}; redirects are not followed`,
    );
    expect(elsewhere.received).toEqual([]);
  });

  it('fails if the receiver refuses, is unreachable, or does not respond for five seconds', async () => {
    const receiver = await receive();
    receiver.statuses.push(500, 0);
    const url = `http://127.0.0.1:${receiver.port}/`;
    await expect(postWebhook(url, '{}', {}, { allowPrivate: true })).rejects.toThrow('the receiver responded with 500');
    await expect(postWebhook(url, '{}', {}, { allowPrivate: true })).rejects.toThrow('no response within 5 s');
    await expect(postWebhook('http://127.0.0.1:1/', '{}', {}, { allowPrivate: true })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is not held up by an endless response, which is read only up to 64 KB', async () => {
    let sent = 0;
    const endless = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const timer = setInterval(() => {
        sent += 16_384;
        socket.write(Buffer.alloc(16_384));
      }, 1);
      socket.on('close', () => clearInterval(timer));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => endless.once('listening', resolve));
    const { port } = endless.address() as { port: number };
    await postWebhook(`http://127.0.0.1:${port}/`, '{}', {}, { allowPrivate: true });
    expect(sent).toBeLessThan(1_000_000);
    endless.close();
  });
});
