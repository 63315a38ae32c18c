import { parseExactJson } from '@millrace/shared/platform/exact-json';
import { findDataset } from '../datasets/datasets.js';
import { type DatasetRequest, parseDataset } from '../datasets/parse-dataset.js';
import type { StoreKind } from './export-store.js';
import type { FormatId } from './formats/format.js';

export const exportStatuses = ['pending', 'processing', 'completed', 'failed', 'expired'] as const;
export type ExportStatus = (typeof exportStatuses)[number];
export const compressions = ['none', 'gzip'] as const;

/** A requested export. */
export interface ExportRequest {
  siteId: string;
  dataset: string;
  /** JSON as sent, including the site. */
  params: string;
  format: FormatId;
  compression: (typeof compressions)[number];
  includeMetadata: boolean;
  bom: boolean;
  filename: string;
}

export interface ExportRow extends ExportRequest {
  id: string;
  outputPath: string | null;
  status: ExportStatus;
  rows: number;
  bytes: number;
  percent: number | null;
  checksum: string | null;
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  expiresAt: Date | null;
  store: StoreKind | null;
  file: string | null;
  run: string | null;
  attempts: number;
  downloads: number;
}

/** Select list for {@link ExportRow}s. */
export const exportColumns = `site_id as "siteId", id, dataset, params::text as params, format, compression,
  include_metadata as "includeMetadata", bom, filename, output_path as "outputPath", status, row_count::float8 as rows,
  bytes::float8 as bytes, percent, checksum, error, created_at as "createdAt", started_at as "startedAt",
  finished_at as "finishedAt", expires_at as "expiresAt", store, file, run, attempts, downloads::float8 as downloads`;

/** True from `expiresAt` on, even before a sweep has removed the file. */
export const isExpired = ({ status, expiresAt }: ExportRow, now: Date): boolean =>
  status === 'expired' || (status === 'completed' && expiresAt !== null && expiresAt <= now);

/** As in responses. */
export function describeExport(row: ExportRow, now: Date) {
  return {
    id: row.id,
    site_id: row.siteId,
    status: isExpired(row, now) ? 'expired' : row.status,
    dataset: row.dataset,
    params: JSON.parse(row.params) as unknown,
    format: row.format,
    compression: row.compression,
    includeMetadata: row.includeMetadata,
    bom: row.bom,
    filename: row.filename,
    rows: row.rows,
    bytes: row.bytes,
    percent: row.percent,
    checksum: row.checksum && `sha256:${row.checksum}`,
    error: row.error,
    downloads: row.downloads,
    created_at: row.createdAt,
    started_at: row.startedAt,
    finished_at: row.finishedAt,
    expires_at: row.expiresAt,
  };
}

/** @throws ServiceError `invalid_request` if an older release accepted parameters that this one rejects. */
export const datasetRequestOf = ({ dataset, params }: Pick<ExportRequest, 'dataset' | 'params'>): DatasetRequest =>
  parseDataset(findDataset(dataset), parseExactJson(params) as Record<string, unknown>);
