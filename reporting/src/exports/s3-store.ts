/** Files of exports in a bucket of an S3-compatible store, for more than one machine. */
import { Readable } from 'node:stream';
import { S3mini, S3ServiceError } from 's3mini';
import type { ExportStore } from './export-store.js';
import type { ExportEnvironment } from './exports-config.js';
import { gatherChunks } from './gather-chunks.js';

/** S3 takes parts of at least 5 MiB, 10,000 of them: files of up to 80 GB, with two parts in memory. */
const partBytes = 8 * 1024 * 1024;
const patienceMs = 60_000;

export type S3Settings = Pick<
  ExportEnvironment,
  'EXPORT_S3_REGION' | 'EXPORT_S3_PREFIX' | 'EXPORT_S3_FORCE_PATH_STYLE'
> & {
  EXPORT_S3_ENDPOINT: string;
  EXPORT_S3_BUCKET: string;
  EXPORT_S3_ACCESS_KEY_ID: string;
  EXPORT_S3_SECRET_ACCESS_KEY: string;
};

/** Undefined when nobody named a bucket. */
export const s3SettingsOf = (env: ExportEnvironment): S3Settings | undefined =>
  env.EXPORT_S3_BUCKET === undefined ? undefined : (env as S3Settings);

function bucketUrl({ EXPORT_S3_ENDPOINT, EXPORT_S3_BUCKET, EXPORT_S3_FORCE_PATH_STYLE }: S3Settings): string {
  const url = new URL(EXPORT_S3_ENDPOINT);
  if (EXPORT_S3_FORCE_PATH_STYLE) url.pathname = `${url.pathname.replace(/\/$/, '')}/${EXPORT_S3_BUCKET}`;
  else url.hostname = `${EXPORT_S3_BUCKET}.${url.hostname}`;
  return url.href;
}

const isMissing = (error: unknown) => error instanceof S3ServiceError && error.status === 404;

interface Upload {
  key?: string;
  Key?: string;
  uploadId?: string;
  UploadId?: string;
}

/** Uploads of that key that nobody finished, as S3 writes one, several or none in XML. */
async function openUploads(client: S3mini, key: string): Promise<string[]> {
  const listed = (await client.listMultipartUploads('/', '', 'GET', { prefix: key })) as unknown as {
    listMultipartUploadsResult?: { upload?: Upload | Upload[] };
  };
  const uploads = [listed.listMultipartUploadsResult?.upload ?? []].flat();
  return uploads
    .filter((upload) => (upload.key ?? upload.Key) === key)
    .flatMap((upload) => upload.uploadId ?? upload.UploadId ?? []);
}

export function createS3Store(settings: S3Settings): ExportStore {
  const account = {
    endpoint: bucketUrl(settings),
    region: settings.EXPORT_S3_REGION,
    accessKeyId: settings.EXPORT_S3_ACCESS_KEY_ID,
    secretAccessKey: settings.EXPORT_S3_SECRET_ACCESS_KEY,
  };
  const client = new S3mini({ ...account, requestAbortTimeout: patienceMs });
  /** Whoever downloads may take as long as they like. */
  const patient = new S3mini(account);
  const keyOf = (file: string) => `${settings.EXPORT_S3_PREFIX}${file}`;

  return {
    kind: 's3',
    async write(file, chunks) {
      const key = keyOf(file);
      const upload = await client.getMultipartUploadId(key, 'application/octet-stream');
      try {
        const parts = [];
        for await (const part of gatherChunks(chunks, partBytes)) {
          parts.push(await client.uploadPart(key, upload, part, parts.length + 1));
        }
        if (parts.length > 0) return void (await client.completeMultipartUpload(key, upload, parts));
        // A file of rows without any may be empty, which no upload in parts can be.
        await client.abortMultipartUpload(key, upload);
        await client.putObject(key, '');
      } catch (error) {
        await client.abortMultipartUpload(key, upload).catch(() => undefined);
        throw error;
      }
    },
    async open(file, { start, end }) {
      try {
        const { body } = await patient.getObjectRaw(keyOf(file), false, start, end + 1);
        return body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(file) {
      const key = keyOf(file);
      for (const upload of await openUploads(client, key)) await client.abortMultipartUpload(key, upload);
      await client.deleteObject(key);
    },
  };
}
