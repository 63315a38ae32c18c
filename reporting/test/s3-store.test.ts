/** Export files in a bucket of an S3 server: whole, in parts, and nothing of a failed one. */
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createS3Store } from '../src/exports/s3-store.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';
import { type S3Server, startS3Server } from './s3-server.js';

const file = '0190a5b0-7c3d-7000-8000-000000000001.csv';
const mib = 1024 * 1024;
let s3: S3Server;
let stack: ExportStack;

beforeAll(async () => {
  s3 = await startS3Server();
  const store = createS3Store(s3.settings);
  const stores = { current: store, of: () => store };
  const env = Object.fromEntries(Object.entries(s3.settings).map(([name, value]) => [name, String(value)]));
  stack = await startExportStack({ exports: { stores }, env });
  await addJune(stack.database);
  await stack.addEvents('shop', 4_000, 5_000);
});
afterAll(async () => {
  await stack.stop();
  await s3.close();
});

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(size, String.fromCharCode(97 + (at % 26)));
}
const keys = async () => ((await s3.bucket.listObjects('/', 'millrace/')) ?? []).map(({ Key }) => Key);
const read = async (start: number, end: number) => {
  const content = await createS3Store(s3.settings).open(file, { start, end });
  return content && text(content);
};

it('stores a file that is sent in parts, and reads any part of it', async () => {
  const store = createS3Store(s3.settings);
  await store.write(file, chunks(20, mib));
  expect(await s3.bucket.getContentLength(`millrace/${file}`)).toBe(20 * mib);
  expect(await read(0, 2)).toBe('aaa');
  expect(await read(8 * mib - 2, 8 * mib + 1)).toBe('hhii');
  expect(await read(20 * mib - 2, 20 * mib - 1)).toBe('tt');
  await store.remove(file);
  expect(await keys()).toEqual([]);
  expect(await read(0, 1)).toBeUndefined();
  await store.remove(file);
});

it('stores an empty file', async () => {
  const store = createS3Store(s3.settings);
  await store.write(file, chunks(0, 0));
  expect(await s3.bucket.getContentLength(`millrace/${file}`)).toBe(0);
  await store.remove(file);
});

it('stores nothing of a file whose chunks fail', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* chunks(20, mib);
    throw new Error('the database is gone');
  }
  await expect(createS3Store(s3.settings).write(file, failing())).rejects.toThrow('the database is gone');
  expect(await s3.uploads()).toEqual([]);
  expect(await keys()).toEqual([]);
});

it('removes a file together with the parts of an earlier attempt, and no parts of other files', async () => {
  const key = `millrace/${file}`;
  const ids: string[] = [];
  for (const of of [key, key, `${key}.gz`]) {
    const id = await s3.bucket.getMultipartUploadId(of);
    await s3.bucket.uploadPart(of, id, Buffer.alloc(5 * mib), 1);
    ids.push(id);
  }
  const store = createS3Store(s3.settings);
  await store.remove(file);
  expect(await s3.uploads()).toEqual([{ key: `${key}.gz`, id: ids[2] }]);
  await store.remove(`${file}.gz`);
  expect(await s3.uploads()).toEqual([]);
});

it.each([400, 403, 404, 501])('removes a file even if listing uploads fails with %d', async (status) => {
  const store = createS3Store(s3.settings);
  await store.write(file, chunks(1, 10));
  s3.insteadOf = (sent) => (/^GET .*uploads/.test(sent) ? status : undefined);
  await store.remove(file);
  s3.insteadOf = () => undefined;
  expect(s3.requests.some((sent) => /^GET .*uploads/.test(sent))).toBe(true);
  expect(await keys()).toEqual([]);
});

it('considers an upload removed if it ends in the meantime', async () => {
  const id = await s3.bucket.getMultipartUploadId(`millrace/${file}`);
  s3.insteadOf = async (sent) => {
    if (sent.includes(`uploadId=${id}`)) await s3.abort(id);
    return undefined;
  };
  await createS3Store(s3.settings).remove(file);
  s3.insteadOf = () => undefined;
  expect(s3.requests).toContain(`DELETE /files/millrace/${file}?uploadId=${id}`);
  expect(await s3.uploads()).toEqual([]);
});

it('serves exports from the bucket, whole and in parts, until they are deleted', async () => {
  const worker = await stack.startWorker();
  const { id } = await stack.ask();
  const done = await stack.reached(id, 'completed');
  expect(Number(done.bytes)).toBeGreaterThan(8 * mib);
  expect((await keys()).length).toBe(1);
  const whole = await request(stack.app).get(`/api/v1/exports/${id}/download`).expect(200);
  expect(whole.text.length).toBe(done.bytes);
  const path = `/api/v1/exports/${id}/download`;
  const { text: part } = await request(stack.app).get(path).set('range', 'bytes=10-19').expect(206);
  expect(part).toBe(whole.text.slice(10, 20));
  await request(stack.app).get(path).set('if-none-match', whole.headers.etag!).expect(304);
  await request(stack.app).delete(`/api/v1/exports/${id}`).expect(200);
  expect(await keys()).toEqual([]);
  await worker.end();
});

it('fails an export with outputPath, since a bucket has no folder', async () => {
  const { id } = await stack.ask();
  await stack.database.pool.query(`update exports set output_path = 'x.csv' where id = $1`, [id]);
  const worker = await stack.startWorker();
  expect((await stack.reached(id, 'failed')).error).toBe(
    'Exports are stored in S3, which does not support outputPath: omit it.',
  );
  expect(await keys()).toEqual([]);
  await worker.end();
});
