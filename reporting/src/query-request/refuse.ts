/** Turns a field of a request and the rule it breaks into the refusal that names both. */
import { ServiceError } from '@millrace/shared/platform/errors';

/** Where something stands in a request: names of fields and places in lists. */
export type FieldPath = readonly (string | number)[];

/** Names may come from the client, who may have sent long ones. */
const maxNameLength = 100;
const cut = (text: string) => (text.length > maxNameLength ? `${text.slice(0, maxNameLength)}…` : text).toWellFormed();

/** What a client has sent, in quotes and not longer than a message may have it. */
export const quoted = (sent: string): string =>
  JSON.stringify((sent.length > 60 ? `${sent.slice(0, 60)}…` : sent).toWellFormed());

/** `['filters', 0, 'x']` → `filters[0].x` */
export const pathText = (path: FieldPath) =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${cut(part)}`)).join('');

/** `rule` continues a sentence whose subject is the field. `details.field` is the name without places in lists. */
export function refusal(path: FieldPath, rule: string): ServiceError {
  const firstPlace = path.findIndex((part) => typeof part === 'number');
  const field = pathText(firstPlace === -1 ? path : path.slice(0, firstPlace));
  return new ServiceError('invalid_request', `${pathText(path) || 'The body'} ${rule}`, { field });
}
