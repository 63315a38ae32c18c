import {
  count,
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { exportStatuses } from '../exports/export-row.js';
import { linkSchema } from '../exports/link-route.js';
import { exportSchema } from '../exports/parse-export.js';

const newExport = withProperties(jsonSchemaOf(exportSchema), {
  params: {
    description:
      'The parameters of `/api/v1/datasets/{id}/rows`, as JSON. Relative ranges are resolved when the export is created.',
    examples: [{ site_id: 'demo', date_range: '30d' }],
  },
  filters: { description: "The dataset's `filters`; they can also be given in `params`." },
  format: { description: 'A PDF contains the first 5,000 rows.' },
  includeMetadata: {
    description:
      'JSON only: adds when the file was written, its range and its number of rows. Rejected for other formats.',
  },
  compression: { description: 'For csv, json and ndjson. The other formats are already compressed.' },
  filename: {
    description:
      'The file name that browsers use. The extension of the format is added if it is missing, and `.gz` if the file is compressed.',
  },
  bom: {
    description:
      'CSV only: starts the file with a byte order mark, which makes Excel read it as UTF-8. Rejected for other formats.',
  },
});

const export_ = record({
  id: { ...text, description: 'A UUID.' },
  site_id: text,
  status: { enum: exportStatuses },
  dataset: text,
  params: { type: 'object', description: 'As sent. `date_range` is the default of the dataset if none was sent.' },
  format: newExport.properties.format!,
  compression: newExport.properties.compression!,
  includeMetadata: flag,
  bom: flag,
  filename: text,
  rows: { ...count, description: 'Rows written so far.' },
  bytes: { ...count, description: 'Bytes written so far; the size of the file when finished.' },
  percent: {
    type: ['integer', 'null'],
    minimum: 0,
    maximum: 100,
    description: 'How much of the range is written. Null if rows are not ordered by time.',
  },
  checksum: { ...textOrNull, description: '`sha256:` followed by the digest of the file.' },
  error: { ...textOrNull, description: 'Why it failed. While `pending`: why the previous attempt failed.' },
  downloads: count,
  created_at: instant,
  started_at: instantOrNull,
  finished_at: instantOrNull,
  expires_at: { ...instantOrNull, description: 'When the file is deleted.' },
});

export const exportsSchemas: Record<string, JsonSchema> = {
  NewExport: newExport,
  Export: export_,
  Exports: record({
    exports: listOf(ref('Export')),
    next: { ...textOrNull, description: 'Pass as `after` to get the next page. Null on the last one.' },
  }),
  DeletedExport: record({ id: text, status: { const: 'deleted' } }),
  NewLink: withProperties(jsonSchemaOf(linkSchema), {
    expiresIn: { description: 'Seconds until the link expires. The file can expire sooner.' },
  }),
  Link: record({
    url: { ...text, description: 'An absolute URL if `PUBLIC_URL` is set, otherwise a path on this service.' },
    expires_at: instant,
  }),
};
