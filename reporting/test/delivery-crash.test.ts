/** Processes that are killed while they deliver a report, or that deliver the same one at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { queues } from '@millrace/shared/contract/jobs';
import type { Logger } from '@millrace/shared/platform/logger';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { headerOf, type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverReport } from '../src/delivery/deliver-report.js';
import { deliveryDeps, insertReport, ledgerOf } from './delivered-reports.js';

let database: TestDatabase;
let mail: MailReceiver;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  mail = await receiveMail();
});
afterEach(() => mail.close());

const script = fileURLToPath(new URL('deliver-once.mjs', import.meta.url));

function startProcess(reportId: string, lostAfterMs = 3_600_000) {
  const args = [script, database.url, mail.url, reportId, String(lostAfterMs)];
  const child = endWithTest(spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }));
  return { child, exited: once(child, 'exit') };
}

/** Kills a delivering process once `isTrue`. */
async function killOnce(reportId: string, isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const { child, exited } = startProcess(reportId, 0);
  await eventually(isTrue, what);
  child.kill('SIGKILL');
  await exited;
}

const inProcess = (id: string, lostAfterMs?: number) => {
  const deps = deliveryDeps(database, mail.url);
  return deliverReport({ ...deps, ...(lostAfterMs !== undefined && { lostAfterMs }) }, 'demo', id);
};
const statusOf = async (id: string) => (await ledgerOf(database, id)).map(({ status }) => status);
const messageIds = () => mail.received.map((received) => headerOf(received, 'Message-ID'));
const hasReceived = (count: number) => async () => mail.received.length === count;
const notYet = /is not fully delivered/;

describe('a process that is killed', () => {
  it('after the server got the mail causes one more with the same id, once the attempt counts as lost', async () => {
    mail.answers.push('silence');
    const id = await insertReport(database);
    await killOnce(id, hasReceived(1), 'the mail arrived');
    expect(await statusOf(id)).toEqual(['sending']);
    await expect(inProcess(id)).rejects.toThrow(notYet);
    expect(mail.received).toHaveLength(1);
    expect(await inProcess(id, 0)).toMatchObject({ sent: 1, unknown: 0 });
    expect(await inProcess(id, 0)).toMatchObject({ sent: 1 });
    expect(messageIds()).toHaveLength(2);
    expect(new Set(messageIds()).size).toBe(1);
  });

  it('twice causes no third mail', async () => {
    mail.answers.push('silence', 'silence');
    const id = await insertReport(database);
    await killOnce(id, hasReceived(1), 'the mail arrived');
    await killOnce(id, hasReceived(2), 'the mail arrived once more');
    expect(await inProcess(id, 0)).toEqual({ sent: 0, failed: 0, skipped: 0, unknown: 1 });
    expect(await ledgerOf(database, id)).toMatchObject([
      { error: 'It may or may not have been sent: the process that sent it stopped, or could not record the outcome.' },
    ]);
    expect(mail.received).toHaveLength(2);
  });

  it("causes one more mail at the job's fourth attempt, when it counts as lost", async () => {
    mail.answers.push('silence');
    const id = await insertReport(database);
    await killOnce(id, hasReceived(1), 'the mail arrived');
    const { backoffMs } = queues['report-generation'].jobs.deliver;
    const startedAt = Date.now();
    const attemptAfter = (pauses: number) => {
      const clock = () => new Date(startedAt + pauses * backoffMs);
      return deliverReport({ ...deliveryDeps(database, mail.url), clock }, 'demo', id);
    };
    for (const pauses of [0, 1, 1 + 2]) await expect(attemptAfter(pauses)).rejects.toThrow(notYet);
    expect(await attemptAfter(1 + 2 + 4)).toMatchObject({ sent: 1 });
  });

  it('leaves a delivery that other processes report as unfinished', async () => {
    mail.answers.push('silence');
    const id = await insertReport(database);
    await killOnce(id, hasReceived(1), 'the mail arrived');
    const lines: string[] = [];
    const logger = Object.assign(Object.create(silent) as Logger, {
      info: (_fields: unknown, line: string) => void lines.push(line),
    });
    const rest = '1 still being sent, or their outcome is not known yet';
    await expect(deliverReport({ ...deliveryDeps(database, mail.url), logger }, 'demo', id)).rejects.toThrow(
      `Report ${id} is not fully delivered: ${rest}.`,
    );
    expect(lines).toEqual([`report not yet delivered to all recipients: ${rest}`]);
  });

  it('is waited for by a last attempt, which then sends', async () => {
    mail.answers.push('silence');
    const id = await insertReport(database);
    await killOnce(id, hasReceived(1), 'the mail arrived');
    const deps = { ...deliveryDeps(database, mail.url), lostAfterMs: 3_000 };
    expect(await deliverReport(deps, 'demo', id, { lastAttempt: true })).toMatchObject({ sent: 1 });
    expect(mail.received).toHaveLength(2);
  });

  it('before the server got anything loses no mail', async () => {
    let greet = () => {};
    mail.greeting = new Promise((resolve) => {
      greet = resolve;
    });
    const id = await insertReport(database);
    await killOnce(id, async () => (await statusOf(id))[0] === 'sending', 'the delivery is claimed');
    greet();
    expect(await inProcess(id, 0)).toMatchObject({ sent: 1 });
    expect(mail.received).toHaveLength(1);
  });
});

it('two processes that deliver the same report at once send one mail to each recipient', async () => {
  let greet = () => {};
  mail.greeting = new Promise((resolve) => {
    greet = resolve;
  });
  const addresses = Array.from({ length: 20 }, (_one, place) => `reader${place}@example.org`).sort();
  const id = await insertReport(database, { recipients: addresses.map((address) => ({ address })) });
  const processes = [startProcess(id), startProcess(id)];
  const both = async () => (await statusOf(id)).filter((status) => status === 'sending').length === 8;
  await eventually(both, 'each of them is sending to four recipients');
  greet();
  await Promise.all(processes.map(({ exited }) => exited));
  expect(mail.received.flatMap(({ to }) => to).sort()).toEqual(addresses);
  expect(await inProcess(id)).toEqual({ sent: 20, failed: 0, skipped: 0, unknown: 0 });
});
