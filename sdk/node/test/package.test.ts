/** The built package as an application sees it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventRules } from '@millrace/shared/contract/event-rules';
import { typedEvents } from '@millrace/shared/contract/typed-events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventFields, TypedEvent } from '../src/millrace.js';
import { type Collector, startCollector } from './collector.js';
import { type Consumer, compiler, createConsumer } from './package-consumer.js';

let consumer: Consumer;
let collector: Collector;
beforeEach(async () => {
  consumer = await createConsumer();
  collector = await startCollector();
});
afterEach(async () => {
  await consumer.remove();
  await collector.close();
});

const run = async (name: string, text: string): Promise<string> => {
  const file = await consumer.write(name, text);
  return (await promisify(execFile)(process.execPath, [file], { cwd: consumer.folder })).stdout;
};

const send = (prefix: string) => `${prefix}
  const client = createMillrace({ url: '${collector.url}', site: 'demo', spool: createFileSpool('spool'), gzipFromBytes: 0 });
  client.track({ event_type: 'view', path: '/' });
  client.shutdown().then(({ unsent }) => process.stdout.write('unsent ' + unsent));`;

describe('the package', () => {
  it('can be imported as an ES module', async () => {
    const text = send(`import { createMillrace } from '@millrace/node';
      import { createFileSpool } from '@millrace/node/spool';
      import '@millrace/node/express';
      import '@millrace/node/fastify';`);
    expect(await run('app.mjs', text)).toBe('unsent 0');
    expect(collector.accepted).toHaveLength(1);
  });

  it('can be required from CommonJS', async () => {
    const text = send(`const { createMillrace } = require('@millrace/node');
      const { createFileSpool } = require('@millrace/node/spool');
      require('@millrace/node/express').millraceExpress(createMillrace({ url: 'http://localhost', site: 'a' }));
      require('@millrace/node/fastify');`);
    expect(await run('app.cjs', text)).toBe('unsent 0');
    expect(collector.accepted).toHaveLength(1);
  });

  it('needs no globals of Node where there is fetch', async () => {
    const text = `const { exit, stdout } = process;
      const { write } = stdout;
      for (const name of ['process', 'Buffer', 'setImmediate', 'global']) delete globalThis[name];
      const { createMillrace } = await import('@millrace/node');
      let seen;
      // Node's own fetch would not work without these globals.
      const fetch = async (url, init) => {
        seen = init.method + ' ' + url;
        return { status: 200, headers: new Map(), text: async () => '{"status":"ok","accepted":1,"rejected":[]}' };
      };
      const client = createMillrace({ url: 'https://stats.example', site: 'demo', fetch });
      client.track({ event_type: 'view', path: '/' });
      const { unsent } = await client.shutdown();
      write.call(stdout, [typeof process, typeof Buffer, seen, unsent].join(), () => exit());`;
    expect(await run('edge.mjs', text)).toBe('undefined,undefined,POST https://stats.example/events,0');
  });

  it('imports no other module from its main entry, in either format, statically or dynamically', async () => {
    const root = fileURLToPath(new URL('..', import.meta.url));
    for (const folder of ['dist', join('commonjs', 'dist')]) {
      const seen = new Set<string>();
      const pending = ['./millrace.js'];
      for (let next = pending.pop(); next; next = pending.pop()) {
        seen.add(next);
        const text = await readFile(join(root, folder, next), 'utf8');
        expect(text).not.toMatch(/\bimport\(/);
        const imports = [...text.matchAll(/(?:^import .*? from |^import |= require\()['"]([^'"]+)['"]/gm)];
        for (const [, name = ''] of imports) if (!seen.has(name)) pending.push(name);
        expect(imports.map(([, name]) => name).filter((name) => !name?.startsWith('./'))).toEqual([]);
      }
      expect(seen.size).toBeGreaterThan(8);
    }
  });
});

describe('its types', () => {
  async function compile(names: string[], options: string[]): Promise<string> {
    const args = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      'false',
      ...options,
      ...names,
    ];
    const done = await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: consumer.folder }).catch(
      (error: { stdout: string }) => error,
    );
    return done.stdout;
  }

  it('reject invalid events, and need neither the types of Node nor those of Express', async () => {
    const events = await readFile(new URL('typed-events-compile.ts', import.meta.url), 'utf8');
    const text = `${events.replace('../src/millrace.js', '@millrace/node')}
      import { createMillrace } from '@millrace/node';
      import { millraceExpress } from '@millrace/node/express';
      import { createFileSpool } from '@millrace/node/spool';
      const made: Millrace = createMillrace({ url: 'http://localhost', site: 'demo', spool: createFileSpool('spool'), fetch });
      millraceExpress(made, { views: true });
      const disposable: AsyncDisposable = made;
      disposable satisfies AsyncDisposable;`;
    const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--types', ''];
    // Compiled separately: both module formats declare the same property on Express' request.
    for (const name of ['app.mts', 'app.cts']) {
      await consumer.write(name, text);
      expect(await compile([name], options)).toBe('');
    }
  });
});

describe('the event types', () => {
  it('cover all typed events', () => {
    const types: Record<TypedEvent['event_type'], true> = {
      signup: true,
      payment: true,
      refund: true,
      subscription_changed: true,
      subscription_canceled: true,
      revenue: true,
      cost: true,
      tournament_created: true,
      tournament_completed: true,
    };
    expect(Object.keys(types)).toEqual([...typedEvents.keys()]);
  });

  it('cover all fields that ingestion accepts', () => {
    const { keys } = eventRules.describe() as { keys: Record<string, unknown> };
    // The client sets this field itself.
    type Known = keyof EventFields | 'event_type' | 'properties' | 'sent_at';
    const known = {
      site_id: true,
      event_type: true,
      path: true,
      user_id: true,
      session_id: true,
      profile_id: true,
      timestamp: true,
      sent_at: true,
      event_id: true,
      referrer: true,
      properties: true,
      hostname: true,
      title: true,
      query: true,
      country: true,
      region: true,
      city: true,
      browser: true,
      browser_version: true,
      os: true,
      os_version: true,
      device: true,
      language: true,
      screen: true,
      timezone: true,
      utm_source: true,
      utm_medium: true,
      utm_campaign: true,
      utm_term: true,
      utm_content: true,
      click_id: true,
      source: true,
      channel: true,
      bot: true,
      context: true,
    } satisfies Record<Known, true>;
    expect(Object.keys(keys).filter((name) => !Object.hasOwn(known, name))).toEqual([]);
  });
});
