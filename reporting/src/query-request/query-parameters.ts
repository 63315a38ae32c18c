/** Converts the parameters of `GET /api/v1/query` to the body of `POST /api/v1/query`. */
import { parseExactJson } from '@millrace/shared/platform/exact-json';
import { refusal } from './refuse.js';

const plain = (text: string): unknown => text;
const json = (text: string, name: string): unknown => {
  try {
    return parseExactJson(text);
  } catch {
    throw refusal([name], 'must be JSON');
  }
};
/** A list as JSON, or comma-separated. */
const list = (text: string, name: string): unknown => (text.startsWith('[') ? json(text, name) : text.split(','));
const range = (text: string, name: string): unknown => (/^\[|,/.test(text) ? list(text, name) : text);
const boolean = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text);
const number = (text: string): unknown => (/^\d{1,15}$/.test(text) ? Number(text) : text);

const fields = new Map([
  ['site_id', plain],
  ['metrics', list],
  ['date_range', range],
  ['timezone', plain],
  ['week_start', plain],
  ['dimensions', list],
  ['filters', json],
  ['include_bots', boolean],
  ['order_by', json],
  ['include', json],
  ['pagination', json],
]);
/** Accepted without `pagination`, as numbers need no JSON. */
const pageFields = new Set(['limit', 'offset']);

/** @throws ServiceError `invalid_request` for unknown or repeated names and for invalid JSON. */
export function queryFromParameters(parameters: Record<string, unknown>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const pagination: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const read = fields.get(name);
    if (!read && !pageFields.has(name)) throw refusal([name], 'is not a parameter of a query');
    if (typeof value !== 'string') throw refusal([name], 'must be given only once');
    if (read) body[name] = read(value, name);
    else pagination[name] = number(value);
  }
  const [page] = Object.keys(pagination);
  if (page === undefined) return body;
  if ('pagination' in body) throw refusal([page], 'must not be given beside pagination');
  return { ...body, pagination };
}
