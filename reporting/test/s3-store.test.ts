/** Files of exports in a bucket, by a server that speaks S3: whole, in parts, and none of one that failed. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { S3mini } from 's3mini';
import S3rver from 's3rver';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createS3Store, type S3Settings } from '../src/exports/s3-store.js';
import { addJune, type ExportStack, startExportStack } from './export-stack.js';

const file = '0190a5b0-7c3d-7000-8000-000000000001.csv';
const mib = 1024 * 1024;
let folder: string;
let server: Server;
let asked: string[] = [];
let settings: S3Settings;
let bucket: S3mini;
let stack: ExportStack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-s3-'));
  const s3 = new S3rver({
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'files', configs: [] }],
  });
  await s3.configureBuckets();
  const answer = s3.callback();
  server = createServer((req, res) => {
    asked.push(`${req.method} ${req.url}`);
    answer(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  settings = {
    EXPORT_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    EXPORT_S3_BUCKET: 'files',
    EXPORT_S3_REGION: 'us-east-1',
    EXPORT_S3_ACCESS_KEY_ID: 'S3RVER',
    EXPORT_S3_SECRET_ACCESS_KEY: 'S3RVER',
    EXPORT_S3_PREFIX: 'millrace/',
    EXPORT_S3_FORCE_PATH_STYLE: true,
  };
  bucket = new S3mini({
    endpoint: `${settings.EXPORT_S3_ENDPOINT}/files`,
    region: 'us-east-1',
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  });
  const store = createS3Store(settings);
  const stores = { current: store, of: () => store };
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  stack = await startExportStack({ exports: { stores }, env });
  await addJune(stack.database);
  await stack.addEvents('shop', 40_000, 500);
});
afterAll(async () => {
  await stack.stop();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(size, String.fromCharCode(97 + (at % 26)));
}
const keys = async () => ((await bucket.listObjects('/', 'millrace/')) ?? []).map(({ Key }) => Key);
const read = async (start: number, end: number) => {
  const content = await createS3Store(settings).open(file, { start, end });
  return content && text(content);
};

it('keeps a file that is sent in parts, and reads any part of it', async () => {
  const store = createS3Store(settings);
  await store.write(file, chunks(20, mib));
  expect(await bucket.getContentLength(`millrace/${file}`)).toBe(20 * mib);
  expect(await read(0, 2)).toBe('aaa');
  expect(await read(8 * mib - 2, 8 * mib + 1)).toBe('hhii');
  expect(await read(20 * mib - 2, 20 * mib - 1)).toBe('tt');
  await store.remove(file);
  expect(await keys()).toEqual([]);
  expect(await read(0, 1)).toBeUndefined();
  await store.remove(file);
});

it('keeps an empty file', async () => {
  const store = createS3Store(settings);
  await store.write(file, chunks(0, 0));
  expect(await bucket.getContentLength(`millrace/${file}`)).toBe(0);
  await store.remove(file);
});

it('keeps nothing of a file whose chunks fail', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield* chunks(20, mib);
    throw new Error('the database is gone');
  }
  asked = [];
  await expect(createS3Store(settings).write(file, failing())).rejects.toThrow('the database is gone');
  // This server knows no such end of an upload; S3 does.
  expect(asked.at(-1)).toMatch(/^DELETE \/files\/millrace\/[0-9a-f-]+\.csv\?uploadId=\w+$/);
  expect(await keys()).toEqual([]);
});

it('serves exports from there, whole, in parts, until they are deleted', async () => {
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

it('fails an export with outputPath, since there is no folder', async () => {
  const worker = await stack.startWorker();
  const { id } = await stack.ask();
  await stack.reached(id, 'completed');
  await stack.database.pool.query(`update exports set status = 'pending', output_path = 'x.csv' where id = $1`, [id]);
  await (await stack.queue.queue.getJob(`export-${id}`))!.remove();
  await stack.queue.queue.add('export', { exportId: id }, { jobId: `export-${id}` });
  expect((await stack.reached(id, 'failed')).error).toBe(
    'Exports are kept on S3 here, so that there is no folder for outputPath: leave it out.',
  );
  expect(await keys()).toEqual([]);
  await worker.end();
});
