/** A local S3 server: s3rver, plus listing and aborting of multipart uploads, which it lacks. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3mini } from 's3mini';
import S3rver from 's3rver';
import type { S3Settings } from '../src/exports/s3-store.js';

interface OpenUpload {
  key: string;
  id: string;
}

export interface S3Server {
  settings: S3Settings;
  /** Access to the bucket that bypasses our own code. */
  bucket: S3mini;
  /** Requests so far, such as `GET /files/x`. */
  requests: string[];
  /** Multipart uploads that are neither completed nor aborted. */
  uploads(): Promise<OpenUpload[]>;
  abort(id: string): Promise<boolean>;
  /** Replaces the response: a status, or 0 for no response. */
  insteadOf: (request: string) => number | undefined | Promise<number | undefined>;
  close(): Promise<void>;
}

const bucketName = 'files';
const secret = 'S3RVER';

const uploadXml = ({ key, id }: OpenUpload) =>
  `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><StorageClass>STANDARD</StorageClass></Upload>`;

/** In the format of https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html. */
const listXml = (prefix: string, uploads: OpenUpload[]) => `<?xml version="1.0" encoding="UTF-8"?>
<ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${bucketName}</Bucket><KeyMarker/><UploadIdMarker/>
<Prefix>${prefix}</Prefix><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>${uploads.map(uploadXml).join('')}</ListMultipartUploadsResult>`;

const goneXml =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>';

function uploadsIn(folder: string) {
  const place = join(folder, bucketName, '._S3rver_uploads');
  const list = async (): Promise<OpenUpload[]> => {
    const ids = await readdir(place).catch(() => []);
    return Promise.all(ids.map(async (id) => ({ id, key: await readFile(join(place, id, 'key'), 'utf8') })));
  };
  const abort = async (id: string) => {
    const isThere = (await list()).some((upload) => upload.id === id);
    await rm(join(place, id), { recursive: true, force: true });
    return isThere;
  };
  return { list, abort };
}

type Uploads = ReturnType<typeof uploadsIn>;

/** False for a request that s3rver can handle. */
async function answerUploads(uploads: Uploads, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const { searchParams, pathname } = new URL(req.url!, 'http://s3');
  const id = searchParams.get('uploadId');
  if (req.method === 'DELETE' && id !== null) {
    const isDone = await uploads.abort(id);
    res.writeHead(isDone ? 204 : 404, { 'content-type': 'application/xml' }).end(isDone ? undefined : goneXml);
    return true;
  }
  const isOfBucket = pathname.replace(/\/+$/, '') === `/${bucketName}`;
  if (req.method !== 'GET' || !searchParams.has('uploads') || !isOfBucket) return false;
  const prefix = searchParams.get('prefix') ?? '';
  const found = (await uploads.list()).filter(({ key }) => key.startsWith(prefix));
  res.writeHead(200, { 'content-type': 'application/xml' }).end(listXml(prefix, found));
  return true;
}

export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-s3-'));
  const s3 = new S3rver({ silent: true, directory: folder, configureBuckets: [{ name: bucketName, configs: [] }] });
  await s3.configureBuckets();
  const rest = s3.callback();
  const uploads = uploadsIn(folder);
  const server = createServer(async (req, res) => {
    const request = `${req.method} ${req.url}`;
    s3Server.requests.push(request);
    const status = await s3Server.insteadOf(request);
    if (status === 0) return void req.resume();
    if (status !== undefined) return void res.writeHead(status).end();
    if (!(await answerUploads(uploads, req, res))) rest(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const account = { region: 'us-east-1', accessKeyId: secret, secretAccessKey: secret };
  const s3Server: S3Server = {
    settings: {
      EXPORT_S3_ENDPOINT: endpoint,
      EXPORT_S3_BUCKET: bucketName,
      EXPORT_S3_REGION: account.region,
      EXPORT_S3_ACCESS_KEY_ID: secret,
      EXPORT_S3_SECRET_ACCESS_KEY: secret,
      EXPORT_S3_PREFIX: 'millrace/',
      EXPORT_S3_FORCE_PATH_STYLE: true,
    },
    bucket: new S3mini({ endpoint: `${endpoint}/${bucketName}`, ...account }),
    requests: [],
    uploads: uploads.list,
    abort: uploads.abort,
    insteadOf: () => undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return s3Server;
}
