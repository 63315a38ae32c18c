/** Reads the body of a request as JSON: a question, so not a long one. */
import { createExactJsonReader } from '@millrace/shared/read-json';

export const readJson = createExactJsonReader('100 KB');
