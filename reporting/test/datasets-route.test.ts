/** Datasets over HTTP: the list, rows page by page, and refusals. */
import { contextColumns } from '@millrace/shared/contract/event-columns';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;

const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2026-05-01', '2026-07-01');
  await database.pool.query(`insert into sites (site_id, timezone) values ('shop', 'Europe/Berlin')`);
  await database.pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
    select 'shop', timestamptz '2026-05-31 22:00:00Z' + (n / 3) * interval '1 hour', ($1::text[])[n]::uuid,
      case when n % 2 = 0 then 'view' else 'click' end, '/p' || n, 'u' || n % 4, jsonb_build_object('n', n)
    from generate_series(1, 9) as n`,
    [Array.from({ length: 9 }, (_, at) => id(at + 1))],
  );
  ({ app } = buildDocumentedApp(database.pool));
});
afterAll(() => database.drop());

const rowsOf = (dataset: string, query: object) => request(app).get(`/api/v1/datasets/${dataset}/rows`).query(query);

describe('pages of rows', () => {
  const june = { site_id: 'shop', date_range: '2026-06-01,2026-06-01' };

  it('follow each other by key, even where several events share an instant', async () => {
    const ids: string[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < 10; pages += 1) {
      const { body } = await rowsOf('events', { ...june, page_size: 2, ...(after && { after }) }).expect(200);
      ids.push(...body.rows.map((row: { event_id: string }) => row.event_id));
      after = body.next;
      if (!after) break;
    }
    expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map(id));
  });

  it('have every value in its type', async () => {
    const { body } = await rowsOf('events', { ...june, page_size: 1 }).expect(200);
    expect(body.rows).toEqual([
      {
        timestamp: '2026-05-31T22:00:00Z',
        event_id: id(1),
        event_type: 'click',
        path: '/p1',
        user_id: 'u1',
        session_id: null,
        profile_id: null,
        referrer: null,
        properties: { n: 1 },
        ...Object.fromEntries(contextColumns.map((name) => [name, null])),
      },
    ]);
  });

  it('contain only rows that match the filters', async () => {
    const { body } = await rowsOf('events', { ...june, filters: '["is","event_type",["view"]]' }).expect(200);
    expect(body.rows.map((row: { path: string }) => row.path)).toEqual(['/p2', '/p4', '/p6', '/p8']);
    expect(body.next).toBeNull();
  });

  it('equal the answer of a query if the dataset is one', async () => {
    const { body } = await rowsOf('activity-trends', { site_id: 'shop', date_range: '2026-05-31,2026-06-01' }).expect(
      200,
    );
    expect(body.rows).toEqual([
      { day: '2026-05-31', events: 0, views: 0, visitors: 0 },
      { day: '2026-06-01', events: 9, views: 4, visitors: 4 },
    ]);
  });
});
