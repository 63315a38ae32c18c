import { text } from '@millrace/shared/openapi/json-schema';
import { operation } from './operation.js';
import { siteInPath } from './sites-paths.js';

const readErrors = [404, 429, 503];
const changeErrors = [...readErrors, 400, 408, 413, 415];

/** `noun` has its article ("a goal"), `nouns` is the plural; `schema` has the names of the schemas of one, of a list and of a new one. */
interface SiteContent {
  tag: string;
  noun: string;
  nouns: string;
  schema: { one: string; all: string; created: string };
  listDescription: string;
  createDescription: string;
  conflict: string;
  parameters?: unknown[];
}

const idInPath = (noun: string) => ({
  ...{ name: 'id', in: 'path', required: true, description: `The id of ${noun}, a UUID.`, schema: text },
});

/** List, create and delete; `more` has the other operations on one item. */
export function siteContentPaths(
  { tag, noun, nouns, schema, listDescription, createDescription, conflict, parameters }: SiteContent,
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
        description: listDescription,
        ...(parameters && { parameters }),
        response: schema.all,
        errors: [...readErrors, ...(parameters ? [400] : [])],
      }),
      post: operation({
        ...named('create', schema.one),
        ...{ summary: `Create ${noun}`, description: createDescription, scope: 'admin' },
        ...{ body: schema.created, status: 201, response: schema.one, errors: [...changeErrors, 409] },
        errorDescriptions: { 404: 'The site does not exist or is being erased.', 409: conflict },
      }),
    },
    [`${path}/{id}`]: {
      parameters: [siteInPath, idInPath(noun)],
      ...more,
      delete: operation({
        ...named('delete', schema.one),
        ...{ summary: `Delete ${noun}`, scope: 'admin', status: 204, errors: readErrors },
        errorDescriptions: { 404: `The site does not have ${noun} with this id.` },
      }),
    },
  };
}
