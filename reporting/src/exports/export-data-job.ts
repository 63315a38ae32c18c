import { createHash } from 'node:crypto';
import type { ExportDataData, JobFormat } from '@millrace/shared/contract/report-data';
import { ServiceError } from '@millrace/shared/platform/errors';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Job } from '@millrace/shared/queue/queue';
import type { Dataset } from '../datasets/dataset.js';
import { findDataset } from '../datasets/datasets.js';
import { parseDataset } from '../datasets/parse-dataset.js';
import { refusal } from '../query-request/refuse.js';
import type { NewExport } from './create-export.js';
import { defaultFilename } from './export-filename.js';
import type { FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';

const datasetOf: Record<ExportDataData['dataType'], string> = {
  ENGAGEMENT: 'events',
  TRANSACTIONS: 'transactions',
  COSTS: 'costs',
};
const formatOf: Record<JobFormat, FormatId> = { CSV: 'csv', JSON: 'json', PDF: 'pdf' };

/** Derived from the job, so every attempt at it gets the same id. */
function idOf({ id, timestamp }: Job): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(['EXPORT_DATA', id, timestamp]))
    .digest('hex');
  return [8, 12, 16, 20, 32].map((end, place) => hash.slice([0, 8, 12, 16, 20][place], end)).join('-');
}

/** Filters named like a parameter of the dataset set that parameter. All others require a column to have one of the given values. */
function paramsOf(dataset: Dataset, filters: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(filters);
  const own = entries.filter(([name]) => Object.hasOwn(dataset.params, name));
  const columns = entries.filter(([name]) => !Object.hasOwn(dataset.params, name));
  if (columns.length === 0) return Object.fromEntries(own);
  if (!Object.hasOwn(dataset.params, 'filters') || own.some(([name]) => name === 'filters')) {
    const known = Object.keys(dataset.params).join(', ') || 'none';
    throw refusal(['filters', columns[0]![0]], `is not a parameter of dataset ${dataset.id}, which takes ${known}`);
  }
  const conditions = columns.map(([name, value]) => ['is', name, [value].flat()]);
  return { ...Object.fromEntries(own), filters: conditions };
}

/** Replaces the place of a generated condition, such as `filters[0]`, by the column that the sender named. */
function withColumnName(error: unknown, columns: string[]): unknown {
  const message = error instanceof ServiceError ? error.message : '';
  const [, place, rule] = /^filters\[(\d+)\]\S* (.+)$/s.exec(message) ?? [];
  const column = place === undefined ? undefined : columns[Number(place)];
  return column === undefined ? error : refusal(['filters', column], rule!);
}

/** @throws ServiceError `invalid_request` that names the sender's field. */
function checkParams(dataset: Dataset, params: Record<string, unknown>, filters: Record<string, unknown>): void {
  try {
    parseDataset(dataset, params);
  } catch (error) {
    throw withColumnName(
      error,
      Object.keys(filters).filter((name) => !Object.hasOwn(dataset.params, name)),
    );
  }
}

/** The export that a job EXPORT_DATA requests. @throws ServiceError `invalid_request` or `not_found`. */
export function exportOfJob(job: Job): NewExport {
  const { site_id, dataType, format, startDate, endDate, filters = {}, outputPath } = job.data as ExportDataData;
  const dataset = findDataset(datasetOf[dataType]);
  const params = { site_id, date_range: [startDate, endDate], ...paramsOf(dataset, filters) };
  checkParams(dataset, params, filters);
  const now = new Date(job.timestamp);
  const { extension } = formats[formatOf[format]];
  return {
    siteId: site_id,
    id: idOf(job),
    dataset: dataset.id,
    params: stringifyExactJson(params),
    format: formatOf[format],
    compression: 'none',
    includeMetadata: format === 'JSON',
    bom: false,
    filename: outputPath ?? defaultFilename(dataset.id, site_id, now, extension),
    now,
    ...(outputPath !== undefined && { outputPath }),
  };
}
