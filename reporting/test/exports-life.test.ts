/** Exports from request to file: every format, on both queues, with their status in between. */
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

const instantText = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(queueBackends)('with the queue on %s', (backend) => {
  let stack: ExportStack;
  beforeAll(async () => {
    stack = await startExportStack({ backend });
    await addJune(stack.database);
    await stack.addEvents('shop', 2_500);
    await stack.startWorker();
  });
  afterAll(() => stack.stop());

  const download = (id: string) =>
    request(stack.app)
      .get(`/api/v1/exports/${id}/download`)
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => done(null, Buffer.concat(chunks)));
      });

  it('returns at once what will be written, and where to follow it', async () => {
    const params = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-01'] };
    const body = { dataset: 'events', params, format: 'csv', compression: 'gzip', filename: 'June', bom: true };
    const answer = await stack.post(body).expect(202);
    expect(answer.headers.location).toBe(`/api/v1/exports/${answer.body.id}`);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      site_id: 'shop',
      status: 'pending',
      dataset: 'events',
      params,
      format: 'csv',
      compression: 'gzip',
      includeMetadata: false,
      bom: true,
      filename: 'June.csv.gz',
      rows: 0,
      bytes: 0,
      percent: null,
      checksum: null,
      error: null,
      downloads: 0,
      created_at: expect.stringMatching(instantText),
      started_at: null,
      finished_at: null,
      expires_at: null,
    });
    await stack.reached(answer.body.id, 'completed');
  });

  it('writes a file that only its user can read, describes it, and sends it', async () => {
    const { id } = await stack.ask();
    const done = await stack.reached(id, 'completed');
    const { body, headers } = await download(id).expect(200);
    const checksum = createHash('sha256').update(body).digest('hex');
    expect(done).toMatchObject({
      rows: 2_500,
      bytes: body.length,
      percent: 100,
      checksum: `sha256:${checksum}`,
      error: null,
    });
    const { finished_at, expires_at } = done as Record<string, string>;
    expect(Date.parse(expires_at!) - Date.parse(finished_at!)).toBe(168 * 3_600_000);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(body.length),
      etag: `"${checksum}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
    });
    const rows = parse(body, { columns: true }) as Record<string, string>[];
    expect(rows.length).toBe(2_500);
    expect(rows[0]).toMatchObject({ timestamp: '2026-06-01T00:00:00.05Z', path: '/p1', user_id: 'u1' });
    expect(rows.at(-1)).toMatchObject({ path: '/p2500' });
    const { file } = await stack.rowOf(id);
    const [inFile, inFolder] = [await lstat(join(stack.dir, file as string)), await lstat(stack.dir)];
    expect((inFile.mode & 0o777).toString(8)).toBe('600');
    expect((inFolder.mode & 0o777).toString(8)).toBe('700');
    await eventually(async () => (await stack.reached(id, 'completed')).downloads === 1, 'one download is counted');
  });

  it.each([
    ['csv', 'none', 'text/csv; charset=utf-8', '.csv'],
    ['csv', 'gzip', 'application/gzip', '.csv.gz'],
    ['json', 'none', 'application/json; charset=utf-8', '.json'],
    ['json', 'gzip', 'application/gzip', '.json.gz'],
    ['ndjson', 'none', 'application/x-ndjson', '.ndjson'],
    ['ndjson', 'gzip', 'application/gzip', '.ndjson.gz'],
    ['xlsx', 'none', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '.xlsx'],
    ['parquet', 'none', 'application/vnd.apache.parquet', '.parquet'],
    ['pdf', 'none', 'application/pdf', '.pdf'],
  ])('writes %s, compression %s', async (format, compression, type, ending) => {
    // A PDF with all of them would take longer than all other formats together.
    const tenSeconds = { site_id: 'shop', date_range: ['2026-06-01T00:00:00Z', '2026-06-01T00:00:10Z'] };
    const { id } = await stack.ask({ format, compression, ...(format === 'pdf' && { params: tenSeconds }) });
    const rows = format === 'pdf' ? 199 : 2_500;
    expect(await stack.reached(id, 'completed')).toMatchObject({ rows, error: null });
    const { body, headers } = await download(id).expect(200);
    expect(headers['content-type']).toContain(type);
    expect(headers['content-disposition']).toContain(ending);
    const bytes = compression === 'gzip' ? gunzipSync(body) : body;
    const beginning = {
      csv: 'timestamp,',
      json: '[',
      ndjson: '{"timestamp":',
      xlsx: 'PK',
      parquet: 'PAR1',
      pdf: '%PDF',
    }[format]!;
    expect(bytes.subarray(0, beginning.length).toString()).toBe(beginning);
  });
});
