/** `/api/v1/sites/:site_id/annotations`, for the document. */
import { annotationKinds, annotationSchema, spanSchema } from '../annotations/annotation.js';
import { recordLimits } from '../sites/site-records.js';
import {
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  withProperties,
} from './json-schema.js';
import { keptPaths } from './kept-operations.js';
import { parameter } from './operation.js';

const times = 'An instant, or a date of the zone of the site';
const span = jsonSchemaOf(spanSchema).properties;

const newAnnotation = withProperties(jsonSchemaOf(annotationSchema), {
  at: { description: `${times}, which means its beginning.`, examples: ['2026-10-01T09:30:00+02:00', '2026-10-01'] },
  until: { description: `${times}, which is included. Null or absent: it was a moment.` },
  kind: { description: 'What it is shown as.' },
});

const annotation = record({
  ...{ id: text, at: instant },
  until: { ...instantOrNull, description: 'Not included.' },
  ...{ kind: { enum: annotationKinds }, text, created_at: instant },
});

export const annotationsSchemas: Record<string, JsonSchema> = {
  NewAnnotation: newAnnotation,
  Annotation: annotation,
  Annotations: record({ annotations: listOf(ref('Annotation')) }),
};

export const annotationsPaths = keptPaths({
  ...{ tag: 'Kept for a site', noun: 'an annotation', nouns: 'annotations' },
  schema: { one: 'Annotation', all: 'Annotations', created: 'NewAnnotation' },
  listed: 'By time, those that lie between `from` and `to` or reach into it.',
  created: 'What happened at a time: a deployment, a campaign or anything else that figures may follow.',
  full: `The site has ${recordLimits.annotations.toLocaleString('en')} annotations already.`,
  parameters: [
    parameter('from', span.from!, `${times}; without it from the first one on.`),
    parameter('to', span.to!, `${times}, which is included, while an instant is not; without it up to the last one.`),
  ],
});
