import { siteIdPattern } from '@millrace/shared/contract/ids';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import Joi from 'joi';
import type { Dataset } from '../datasets/dataset.js';
import { datasets, findDataset } from '../datasets/datasets.js';
import { parseDataset } from '../datasets/parse-dataset.js';
import { refusal } from '../query-request/refuse.js';
import { checkBody, checkQuery } from './check-body.js';
import { fileEnding } from './export-file.js';
import { defaultFilename, filenameSchema, withEnding } from './export-filename.js';
import { compressions, type ExportRequest, type ExportStatus, exportStatuses } from './export-row.js';
import { refuseUnused } from './format-options.js';
import type { FormatId } from './formats/format.js';
import { formats } from './formats/formats.js';
import { type PageCursor, pageCursorSchema } from './page-cursor.js';

interface ExportBody {
  dataset: string;
  params: Record<string, unknown>;
  filters?: unknown;
  format: FormatId;
  includeMetadata: boolean;
  compression: ExportRequest['compression'];
  filename?: string;
  bom: boolean;
}

export const exportSchema = Joi.object<ExportBody>({
  dataset: Joi.valid(...datasets.map(({ id }) => id)).required(),
  params: Joi.object().required(),
  filters: Joi.array(),
  format: Joi.valid(...Object.keys(formats)).required(),
  includeMetadata: Joi.boolean().default(false),
  compression: Joi.valid(...compressions).default('none'),
  filename: filenameSchema,
  bom: Joi.boolean().default(false),
});

function paramsOf({ params, filters }: ExportBody): Record<string, unknown> {
  if (filters === undefined) return params;
  if (Object.hasOwn(params, 'filters')) throw refusal(['filters'], 'must not be given both in params and beside them');
  return { ...params, filters };
}

/** Fills in the default range, so the export shows it. */
const withRange = ({ defaultRange }: Dataset, params: Record<string, unknown>) =>
  defaultRange === undefined || params.date_range !== undefined ? params : { ...params, date_range: defaultRange };

/** @throws ServiceError `invalid_request` that names the field. */
export function parseExport(body: unknown, now: Date): ExportRequest {
  const request = checkBody(exportSchema, body);
  const { format: formatId, compression, includeMetadata, bom, filename } = request;
  const format = formats[formatId];
  refuseUnused(request);
  const params = paramsOf(request);
  const { dataset, siteId } = parseDataset(findDataset(request.dataset), params);
  const ending = fileEnding(format, compression === 'gzip');
  return {
    siteId,
    dataset: dataset.id,
    params: stringifyExactJson(withRange(dataset, params)),
    format: formatId,
    compression,
    includeMetadata,
    bom,
    filename: filename === undefined ? defaultFilename(dataset.id, siteId, now, ending) : withEnding(filename, ending),
  };
}

const pageLimits = { standard: 100, most: 1_000 };

export interface ExportsPageParams {
  siteId: string | null;
  status: ExportStatus | null;
  limit: number;
  after: PageCursor | null;
}

export const pageSchema = Joi.object({
  site_id: Joi.string().pattern(siteIdPattern).messages({ 'string.pattern.base': 'is not an id' }),
  status: Joi.valid(...exportStatuses),
  page_size: Joi.number().integer().min(1).max(pageLimits.most).default(pageLimits.standard),
  after: pageCursorSchema,
});

/** @throws ServiceError `invalid_request` that names the parameter. */
export function parsePage(query: Record<string, unknown>): ExportsPageParams {
  const { site_id, status, page_size, after } = checkQuery(pageSchema, query);
  return { siteId: site_id ?? null, status: status ?? null, limit: page_size, after: after ?? null };
}
