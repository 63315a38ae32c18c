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
} from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';
import { annotationKinds, annotationSchema, spanSchema } from '../annotations/annotation.js';
import { recordLimits } from '../sites/site-records.js';
import { siteContentPaths } from './site-content-paths.js';

const times = "An instant, or a date in the site's time zone";
const span = jsonSchemaOf(spanSchema).properties;

const newAnnotation = withProperties(jsonSchemaOf(annotationSchema), {
  at: { description: `${times}: the start of that day.`, examples: ['2026-10-01T09:30:00+02:00', '2026-10-01'] },
  until: { description: `${times} (inclusive). Null or absent: a single point in time.` },
  kind: { description: 'How it is displayed.' },
});

const annotation = record({
  ...{ id: text, at: instant },
  until: { ...instantOrNull, description: 'Exclusive.' },
  ...{ kind: { enum: annotationKinds }, text, created_at: instant },
});

export const annotationsSchemas: Record<string, JsonSchema> = {
  NewAnnotation: newAnnotation,
  Annotation: annotation,
  Annotations: record({ annotations: listOf(ref('Annotation')) }),
};

export const annotationsPaths = siteContentPaths({
  ...{ tag: 'Site content', noun: 'an annotation', nouns: 'annotations' },
  schema: { one: 'Annotation', all: 'Annotations', created: 'NewAnnotation' },
  listDescription: 'Ordered by time: those that overlap the range from `from` to `to`.',
  createDescription: 'Something that explains a change in the numbers: a deployment, a campaign, an outage.',
  conflict: `The site already has ${recordLimits.annotations.toLocaleString('en')} annotations.`,
  parameters: [
    parameter('from', span.from!, `${times}. Absent: no lower bound.`),
    parameter('to', span.to!, `${times}. A date is inclusive, an instant is not. Absent: no upper bound.`),
  ],
});
