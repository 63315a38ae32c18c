import { jsonSchemaOf } from '@millrace/shared/openapi/json-schema';
import Joi from 'joi';
import type { Dataset } from './dataset.js';
import { exampleRequest, namesOf } from './parse-dataset.js';

export function describeDataset(dataset: Dataset) {
  const { id, title, description, defaultRange, params, example, reads, columns, key } = dataset;
  const { params: exampleParams } = exampleRequest(dataset);
  return {
    id,
    title,
    description,
    reads,
    parameters: namesOf(dataset),
    /** JSON Schema of the parameters specific to this dataset. */
    params: jsonSchemaOf(Joi.object(params)),
    default_range: defaultRange ?? null,
    columns: columns(exampleParams),
    order: key(exampleParams),
    example,
  };
}
