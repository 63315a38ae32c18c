/** Keeps export files in an S3-compatible bucket, for installations with several machines. */
import { Readable } from 'node:stream';
import { S3mini, S3ServiceError, type UploadPart } from 's3mini';
import type { ExportStore } from './export-store.js';
import type { ExportEnvironment } from './exports-config.js';
import { gatherChunks } from './gather-chunks.js';

/** S3 allows 10,000 parts of at least 5 MiB. This allows files of up to 80 GB, with two parts in memory. */
const partBytes = 8 * 1024 * 1024;
const requestTimeoutMs = 60_000;
const contentType = 'application/octet-stream';

export type S3Settings = Pick<
  ExportEnvironment,
  'EXPORT_S3_REGION' | 'EXPORT_S3_PREFIX' | 'EXPORT_S3_FORCE_PATH_STYLE'
> & {
  EXPORT_S3_ENDPOINT: string;
  EXPORT_S3_BUCKET: string;
  EXPORT_S3_ACCESS_KEY_ID: string;
  EXPORT_S3_SECRET_ACCESS_KEY: string;
};

/** Undefined if no bucket is configured. */
export const s3SettingsOf = (env: ExportEnvironment): S3Settings | undefined =>
  env.EXPORT_S3_BUCKET === undefined ? undefined : (env as S3Settings);

function bucketUrl({ EXPORT_S3_ENDPOINT, EXPORT_S3_BUCKET, EXPORT_S3_FORCE_PATH_STYLE }: S3Settings): string {
  const url = new URL(EXPORT_S3_ENDPOINT);
  if (EXPORT_S3_FORCE_PATH_STYLE) url.pathname = `${url.pathname.replace(/\/$/, '')}/${EXPORT_S3_BUCKET}`;
  else url.hostname = `${EXPORT_S3_BUCKET}.${url.hostname}`;
  return url.href;
}

const isMissing = (error: unknown) => error instanceof S3ServiceError && error.status === 404;

/** Not every S3-compatible store can list uploads, and it takes a separate permission. */
function emptyIfUnsupported(error: unknown): object {
  if (error instanceof S3ServiceError && [400, 403, 404, 405, 501].includes(error.status)) return {};
  throw error;
}

/** Named as in the XML of S3: the library's types differ, but its parser keeps these names. */
interface ListedUpload {
  Key?: string;
  UploadId?: string;
}

interface ListedUploads {
  /** Absent if there is none, not an array if there is one. */
  ListMultipartUploadsResult?: { Upload?: ListedUpload | ListedUpload[] };
}

/** Unfinished uploads of that key. Empty if the store cannot list them. */
async function openUploads(client: S3mini, key: string): Promise<string[]> {
  const response: Promise<unknown> = client.listMultipartUploads('/', '', 'GET', { prefix: key });
  const { ListMultipartUploadsResult: listed } = (await response.catch(emptyIfUnsupported)) as ListedUploads;
  return [listed?.Upload ?? []]
    .flat()
    .filter((upload) => upload.Key === key)
    .flatMap(({ UploadId }) => UploadId ?? []);
}

/** Ignores an upload that was aborted or completed in the meantime. */
async function abortUpload(client: S3mini, key: string, id: string): Promise<void> {
  await client.abortMultipartUpload(key, id).catch((error) => {
    if (!isMissing(error)) throw error;
  });
}

/** Files of one part are a single PUT, larger ones a multipart upload, which is aborted on failure. */
async function upload(client: S3mini, key: string, parts: AsyncIterable<Buffer>): Promise<void> {
  const sent: UploadPart[] = [];
  let held: Buffer | undefined;
  let id: string | undefined;
  const send = async (part: Buffer) => {
    id ??= await client.getMultipartUploadId(key, contentType);
    sent.push(await client.uploadPart(key, id, part, sent.length + 1));
  };
  try {
    for await (const part of parts) {
      if (held) await send(held);
      held = Buffer.from(part);
    }
    if (id === undefined) return void (await client.putObject(key, held ?? '', contentType));
    if (held) await send(held);
    await client.completeMultipartUpload(key, id, sent);
  } catch (error) {
    if (id !== undefined) await client.abortMultipartUpload(key, id).catch(() => undefined);
    throw error;
  }
}

export function createS3Store(settings: S3Settings): ExportStore {
  const account = {
    endpoint: bucketUrl(settings),
    region: settings.EXPORT_S3_REGION,
    accessKeyId: settings.EXPORT_S3_ACCESS_KEY_ID,
    secretAccessKey: settings.EXPORT_S3_SECRET_ACCESS_KEY,
  };
  const client = new S3mini({ ...account, requestAbortTimeout: requestTimeoutMs });
  /** Without a timeout: a client can download slowly. */
  const downloadClient = new S3mini(account);
  const keyOf = (file: string) => `${settings.EXPORT_S3_PREFIX}${file}`;

  return {
    kind: 's3',
    write: (file, chunks) => upload(client, keyOf(file), gatherChunks(chunks, partBytes)),
    async open(file, { start, end }) {
      try {
        const { body } = await downloadClient.getObjectRaw(keyOf(file), false, start, end + 1);
        return body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(file) {
      const key = keyOf(file);
      await client.deleteObject(key);
      for (const upload of await openUploads(client, key)) await abortUpload(client, key, upload);
    },
  };
}
