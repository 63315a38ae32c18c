/** What the routes of exports take and answer, as schemas of the document. */
import { exportStatuses } from '../exports/export-row.js';
import { linkSchema } from '../exports/link-route.js';
import { exportSchema } from '../exports/parse-export.js';
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
} from './json-schema.js';

const newExport = withProperties(jsonSchemaOf(exportSchema), {
  params: {
    description: 'As at `/api/v1/datasets/{id}/rows`, in JSON. Relative ranges are those of when it is asked for.',
    examples: [{ site_id: 'demo', date_range: '30d' }],
  },
  filters: { description: 'Those of the dataset, instead of in params.' },
  format: { description: 'PDF holds the first 5,000 rows.' },
  includeMetadata: {
    description:
      'Of JSON: when it was made, of which range, and how many rows it has. Refused with a format that has none.',
  },
  compression: { description: 'Of csv, json and ndjson; the others are compressed already.' },
  filename: {
    description:
      'What browsers are told to call it; the ending of the format is added where it is missing, and `.gz` where the file is compressed.',
  },
  bom: {
    description: 'Begins CSV with a byte order mark, so that Excel reads it as UTF-8. Refused with other formats.',
  },
});

const export_ = record({
  id: { ...text, description: 'A UUID.' },
  site_id: text,
  status: { enum: exportStatuses },
  dataset: text,
  params: { type: 'object', description: 'As they were sent; `date_range` is that of the dataset where none was.' },
  format: newExport.properties.format!,
  compression: newExport.properties.compression!,
  includeMetadata: flag,
  bom: flag,
  filename: text,
  rows: { ...count, description: 'So far.' },
  bytes: { ...count, description: 'So far; of the file once it is written.' },
  percent: {
    type: ['integer', 'null'],
    minimum: 0,
    maximum: 100,
    description: 'How much of its range is written; null where rows are not in the order of time.',
  },
  checksum: { ...textOrNull, description: '`sha256:` and the digest of the file.' },
  error: { ...textOrNull, description: 'Why it failed; of one that is pending, why the attempt before did.' },
  downloads: count,
  created_at: instant,
  started_at: instantOrNull,
  finished_at: instantOrNull,
  expires_at: { ...instantOrNull, description: 'Until then the file is kept.' },
});

export const exportsSchemas: Record<string, JsonSchema> = {
  NewExport: newExport,
  Export: export_,
  Exports: record({
    exports: listOf(ref('Export')),
    next: { ...textOrNull, description: 'Of the next page, as `after`; null where there is none.' },
  }),
  DeletedExport: record({ id: text, status: { const: 'deleted' } }),
  NewLink: withProperties(jsonSchemaOf(linkSchema), {
    expiresIn: { description: 'Seconds until the link ends; the file may end sooner.' },
  }),
  Link: record({
    url: { ...text, description: 'With `PUBLIC_URL` a whole address, else one below that of this service.' },
    expires_at: instant,
  }),
};
