/** What the routes of goals, annotations and saved views have in common, for the document. */
import { siteInPath } from './api-paths.js';
import { text } from './json-schema.js';
import { operation } from './operation.js';

const stored = [404, 429, 503];
const changing = [...stored, 400, 408, 413, 415];

/** `noun` with its article, `nouns` many of them; `schema` as one, several and a new one are called among schemas. */
interface Kept {
  tag: string;
  noun: string;
  nouns: string;
  schema: { one: string; all: string; created: string };
  listed: string;
  created: string;
  full: string;
  parameters?: unknown[];
}

const idInPath = (noun: string) => ({
  ...{ name: 'id', in: 'path', required: true, description: `The id of ${noun}, a UUID.`, schema: text },
});

/** List and addition, and of one of them the removal, beside what `more` there is. */
export function keptPaths(
  { tag, noun, nouns, schema, listed, created, full, parameters }: Kept,
  more: Record<string, object> = {},
) {
  const path = `/api/v1/sites/{site_id}/${nouns.replaceAll(' ', '-')}`;
  const named = (verb: string, name: string) => ({ id: `${verb}${name}`, tag });
  return {
    [path]: {
      parameters: [siteInPath],
      get: operation({
        ...named('list', schema.all),
        summary: `List the ${nouns} of a site`,
        description: listed,
        ...(parameters && { parameters }),
        answer: schema.all,
        refusals: [...stored, ...(parameters ? [400] : [])],
      }),
      post: operation({
        ...named('create', schema.one),
        ...{ summary: `Keep ${noun}`, description: created, scope: 'admin' },
        ...{ body: schema.created, status: 201, answer: schema.one, refusals: [...changing, 409] },
        reasons: { 404: 'There is no such site, or it is being erased.', 409: full },
      }),
    },
    [`${path}/{id}`]: {
      parameters: [siteInPath, idInPath(noun)],
      ...more,
      delete: operation({
        ...named('delete', schema.one),
        ...{ summary: `Delete ${noun}`, scope: 'admin', status: 204, refusals: stored },
        reasons: { 404: `The site does not have ${noun} of this id.` },
      }),
    },
  };
}
