/** Reports that are being sent while the database restarts: an accepted mail is never sent a second time. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryDeps, deliverReport } from '../src/delivery/deliver-report.js';
import { deliveryDeps, insertReport, ledgerOf } from './delivered-reports.js';

let database: TestDatabase;
let mail: MailReceiver;
let greet: () => void;
let isConnected: boolean;
let way: Awaited<ReturnType<typeof openWay>>;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  way = await openWay(new URL(database.url));
  pool = createPool(way.url, silent, { max: 4, statementTimeoutMs: 60_000, applicationName: 'millrace-test' });
});
afterAll(async () => {
  await pool.end();
  way.close();
  await database.drop();
});
beforeEach(async () => {
  mail = await receiveMail();
  isConnected = false;
  const greeting = new Promise<void>((resolve) => {
    greet = resolve;
  });
  // Called once for each connection, which is opened after the claim.
  Object.defineProperty(mail, 'greeting', {
    get() {
      isConnected = true;
      return greeting;
    },
  });
});
afterEach(async () => {
  way.comeBack();
  await mail.close();
});

/** A proxy to the database that can be cut, as a restart cuts connections, and that counts attempts to connect meanwhile. */
async function openWay(target: URL) {
  const sockets = new Set<Socket>();
  let isCut = false;
  let turnedAway = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (isCut) {
      turnedAway += 1;
      socket.destroy();
      return;
    }
    const onward = connect(Number(target.port || 5432), target.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    turnedAway: () => turnedAway,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    comeBack() {
      isCut = false;
      turnedAway = 0;
    },
    close: () => void server.close(),
  };
}

/** Starts a delivery, and cuts the connection to the database before the mail server accepts the mail. */
async function cutWhileSending(id: string, given: Partial<DeliveryDeps> = {}) {
  const delivered = deliverReport({ ...deliveryDeps(database, mail.url), pool, ...given }, 'demo', id);
  const ended = delivered.then(
    (counts) => ({ counts }),
    (error: Error) => ({ error }),
  );
  await eventually(async () => isConnected, 'the delivery is claimed, and the mail server is connected');
  way.cut();
  greet();
  await eventually(async () => mail.received.length === 1, 'the mail arrived');
  return ended;
}
const isTurnedAway = (times: number) =>
  eventually(async () => way.turnedAway() >= times, 'the database refused connections');

describe('a database that restarts while a mail is being sent', () => {
  it('stores the outcome of the mail once it is back, and the mail is not sent again', async () => {
    const id = await insertReport(database);
    const sending = cutWhileSending(id);
    await isTurnedAway(2);
    way.comeBack();
    expect(await sending).toEqual({ counts: { sent: 1, failed: 0, skipped: 0, unknown: 0 } });
    expect(await ledgerOf(database, id)).toMatchObject([{ status: 'sent', attempts: 1, error: null }]);
    expect(mail.received).toHaveLength(1);
  });

  it('is no longer waited for once the attempt counts as lost', async () => {
    const id = await insertReport(database);
    let now = Date.now();
    const sending = cutWhileSending(id, { clock: () => new Date(now), lostAfterMs: 60_000 });
    await isTurnedAway(2);
    now += 60_000;
    expect(await sending).toHaveProperty('error');
    expect(await ledgerOf(database, id)).toMatchObject([{ status: 'sending', attempts: 1 }]);
  });

  it('is not waited for by a process that is shutting down', async () => {
    const id = await insertReport(database);
    const stopping = new AbortController();
    const sending = cutWhileSending(id, { stopping: stopping.signal });
    await isTurnedAway(2);
    stopping.abort();
    expect(await sending).toHaveProperty('error');
    expect(await ledgerOf(database, id)).toMatchObject([{ status: 'sending', attempts: 1 }]);
  });
});

it('a database that is read-only for a moment, like a standby before it takes over, stores the outcome afterwards', async () => {
  const id = await insertReport(database);
  const name = new URL(database.url).pathname.slice(1);
  const readOnly = async (value: 'on' | 'off') => {
    await database.pool.query(`alter database ${name} set default_transaction_read_only = ${value}`);
    way.cut();
    way.comeBack();
  };
  const refusals: unknown[] = [];
  const logger = { ...silent, warn: (about: { err?: { code?: string } }) => refusals.push(about.err?.code) };
  const given = { ...deliveryDeps(database, mail.url), pool, logger: logger as unknown as typeof silent };
  const sending = deliverReport(given, 'demo', id);
  await eventually(async () => isConnected, 'the delivery is claimed, and the mail server is connected');
  await readOnly('on');
  greet();
  await eventually(async () => refusals.includes('25006'), 'the database refused to store it');
  await readOnly('off');
  expect(await sending).toMatchObject({ sent: 1 });
  expect(await ledgerOf(database, id)).toMatchObject([{ status: 'sent', attempts: 1 }]);
  expect(mail.received).toHaveLength(1);
});

it('an outcome that violates a constraint is not stored again', async () => {
  const id = await insertReport(database);
  await database.pool.query(
    "alter table report_deliveries add constraint none_sent check (status <> 'sent' or site_id <> 'demo') not valid",
  );
  greet();
  const refused = deliverReport({ ...deliveryDeps(database, mail.url), pool }, 'demo', id);
  await expect(refused).rejects.toThrow(/none_sent/);
  await database.pool.query('alter table report_deliveries drop constraint none_sent');
});
