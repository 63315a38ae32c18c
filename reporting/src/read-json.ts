/** Turns the body of a request into the JSON value it holds: a question, so not a long one. */
import { createJsonReader } from '@millrace/shared/read-json';

export const readJson = createJsonReader('100 KB');
