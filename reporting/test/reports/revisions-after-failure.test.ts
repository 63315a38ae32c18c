/** A revision after one that could not be written: it says what has changed since the last one that was written. */
import type { Job } from '@millrace/shared/queue/queue';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderMail } from '../../src/delivery/render-mail.js';
import { readReport } from '../../src/delivery/report-to-deliver.js';
import { createReportConsumer, type ReportsDeps } from '../../src/reports/consume-reports.js';
import { readPdf } from '../read-pdf.js';
import { openReportsApi, type ReportsApi } from './reports-api.js';

let database: TestDatabase;
let api: ReportsApi;

beforeEach(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id) values ('shop')`);
  api = await openReportsApi(database);
  await addEvents(2);
});
afterEach(async () => {
  await api.close();
  await database.drop();
});

const addEvents = (count: number) =>
  database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id)
    select 'shop', '2026-06-01T03:00:00Z', gen_random_uuid(), 'view', '/', 'anna' from generate_series(1, $1::int)`,
    [count],
  );

async function order(): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into reports (site_id, id, origin, title, dataset, format, first_day, last_day, timezone)
    select 'shop', id, id, 'Mine', 'events', 'pdf', '2026-06-01', '2026-06-01', 'UTC' from gen_random_uuid() as id returning id`,
  );
  return rows[0]!.id;
}
const reissue = async (id: string): Promise<string> =>
  (await api.call('post', `/reports/${id}/reissue`).expect(202)).body.id;

const run = (id: string, stores = api.stores): Promise<unknown> => {
  const deps = { pool: database.pool, stores, logger: silent } as unknown as ReportsDeps;
  const about = {
    name: 'site-report',
    data: { site_id: 'shop', reportId: id },
    opts: { attempts: 1 },
    attemptsMade: 0,
  };
  const job = { ...about, getIgnoredChildrenFailures: async () => ({}) };
  return createReportConsumer(deps)(job as unknown as Job, 'token');
};
async function fail(id: string): Promise<void> {
  const write = () => Promise.reject(new Error('the disk is broken'));
  await expect(run(id, { ...api.stores, current: { ...api.stores.current, write } })).rejects.toThrow('broken');
}

/** The revision in the API, the mail and the file. */
async function shown(id: string) {
  const { changes, revision } = (await api.call('get', `/reports/${id}`).expect(200)).body;
  const context = {
    address: 'a@example.org',
    from: 'm@example.org',
    unsubscribeUrl: undefined,
    file: { kind: 'gone' },
  };
  const mail = renderMail((await readReport(database.pool, 'shop', id))!, context as Parameters<typeof renderMail>[1]);
  const file = await api.call('get', `/reports/${id}/download`).responseType('blob').expect(200);
  const { pages } = await readPdf([file.body] as unknown as AsyncIterable<Uint8Array>);
  return { changes, revision, mail, page: pages.flatMap(({ lines }) => lines).join('\n') };
}

it('is compared with the last one that was written', async () => {
  const first = await order();
  await run(first);
  await addEvents(5);
  const second = await reissue(first);
  await fail(second);
  const third = await reissue(second);
  await run(third);
  const { changes, revision, mail, page } = await shown(third);
  expect(revision).toBe(3);
  expect(changes).toContainEqual({ name: 'views', title: 'Views', before: '2', now: '7' });
  expect(mail.subject).toContain('Revised: ');
  expect(mail.text).toContain('the data of its period has changed');
  expect(page).toContain('Views: 7 (was 2)');
});

it('is like a first revision if none was written before', async () => {
  const first = await order();
  await fail(first);
  const second = await reissue(first);
  await run(second);
  const { changes, revision, mail, page } = await shown(second);
  expect({ changes, revision }).toEqual({ changes: null, revision: 2 });
  expect(mail.subject).toBe('Mine: shop, 1 June 2026');
  expect(mail.text).not.toContain('written again');
  expect(page).not.toContain('Revision 2');
});
