import { ServiceError } from '@millrace/shared/platform/errors';

/** A place in a request: field names and list indexes. */
export type FieldPath = readonly (string | number)[];

/** Names may come from the client and may be long. */
const maxNameLength = 100;
const cut = (text: string) => (text.length > maxNameLength ? `${text.slice(0, maxNameLength)}…` : text).toWellFormed();

/** A value that the client sent, quoted and shortened for an error message. */
export const quoted = (sent: string): string =>
  JSON.stringify((sent.length > 60 ? `${sent.slice(0, 60)}…` : sent).toWellFormed());

/** `['filters', 0, 'x']` → `filters[0].x` */
export const pathText = (path: FieldPath) =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${cut(part)}`)).join('');

/** `rule` completes a sentence that starts with the field. `details.field` is the field without list indexes. */
export function refusal(path: FieldPath, rule: string): ServiceError {
  const firstPlace = path.findIndex((part) => typeof part === 'number');
  const field = pathText(firstPlace === -1 ? path : path.slice(0, firstPlace));
  return new ServiceError('invalid_request', `${pathText(path) || 'The body'} ${rule}`, { field });
}
