import { jsonSchemaOf, text } from '@millrace/shared/openapi/json-schema';
import { errorResponse } from '@millrace/shared/openapi/operation';
import { querySchema } from '../query-request/query-schema.js';
import { maxOpenLinks } from '../share-links/link-rows.js';
import { sharedRoutes } from '../share-links/shared-routes.js';
import { operation } from './operation.js';

const tag = 'Sharing';
const inPath = (name: string, description: string, schema: object = text) => ({
  ...{ name, in: 'path', required: true, description, schema },
});
const siteInPath = inPath('site_id', 'The site.', jsonSchemaOf(querySchema).properties.site_id);
const changeErrors = [400, 404, 408, 413, 415, 429, 503];

/** Responds with 204 instead of 200. */
function withoutResponse(given: ReturnType<typeof operation>) {
  const { 200: _answer, ...refusals } = given.responses as Record<number, object>;
  return { ...given, responses: { 204: { description: 'Done.' }, ...refusals } };
}

const session = {
  get: operation({
    id: 'showSession',
    tag,
    summary: 'Show who is logged in and what they can do',
    response: 'Session',
    errors: [429, 503],
  }),
  post: operation({
    id: 'logIn',
    tag,
    summary: 'Log a browser in',
    description:
      'Exchanges a key for a cookie, so the browser does not have to store the key. The cookie is valid for 12 hours or until the key is revoked. Accepted only from pages of this service. After ten wrong keys in a minute, a client must wait for the rest of that minute.',
    isPublic: true,
    body: 'LogIn',
    response: 'Session',
    errors: [400, 408, 413, 415, 429, 503],
  }),
  delete: withoutResponse(
    operation({
      id: 'logOut',
      tag,
      summary: 'Log a browser out',
      description: 'Ends the session of the cookie, if there is one. Accepted only from pages of this service.',
      isPublic: true,
      response: 'Session',
      errors: [429, 503],
    }),
  ),
};

const links = {
  parameters: [siteInPath],
  get: operation({
    id: 'listShareLinks',
    tag,
    summary: 'List the shared links of a site',
    description: 'Usable links first, then newest first.',
    scope: 'admin',
    response: 'ShareLinks',
    errors: [404, 429, 503],
  }),
  post: operation({
    id: 'createShareLink',
    tag,
    summary: 'Create a link that shares the dashboard of a site',
    description: `Anyone with the link can read this site, limited by the filters, without a key. A site can have at most ${maxOpenLinks} usable links. The body is optional.`,
    scope: 'admin',
    body: 'NewShareLink',
    bodyIsOptional: true,
    status: 201,
    response: 'ShareLink',
    errors: [...changeErrors, 409],
  }),
};

const revoke = withoutResponse(
  operation({
    id: 'revokeShareLink',
    tag,
    summary: 'Revoke a shared link',
    description:
      'The link stops working at once; live streams opened with it end within 30 seconds. Revoking it again changes nothing.',
    scope: 'admin',
    response: 'ShareLink',
    errors: [404, 429, 503],
  }),
);

const unknownLinkResponse = errorResponse('The link is unknown, revoked or expired. The response does not say which.');
const linkOperation = (given: ReturnType<typeof operation>, status401: string) => {
  const { 403: _none, ...responses } = given.responses as Record<number, object>;
  return { ...given, responses: { ...responses, 401: errorResponse(status401), 404: unknownLinkResponse } };
};

const guestSession = {
  parameters: [inPath('slug', 'The last part of the link.')],
  get: linkOperation(
    operation({
      id: 'showLink',
      tag,
      summary: 'Show what a shared link gives access to',
      description: `Under \`/share/{slug}/api/v1\` only these routes exist. They work as under \`/api/v1\`, but only for the site of the link and with its filters added to every request: ${sharedRoutes.map((route) => `\`${route}\``).join(', ')}. The site is shown without its settings, and if the link has filters also without its event counts.`,
      isPublic: true,
      response: 'LinkSession',
      errors: [404, 429, 503],
    }),
    'The link needs a password (`password_needed`): send it with `POST`.',
  ),
  post: linkOperation(
    operation({
      id: 'giveLinkPassword',
      tag,
      summary: 'Enter the password of a shared link',
      description:
        'Sets a cookie for this link that is valid for seven days. After ten wrong passwords in a minute a client must wait for the rest of that minute; after sixty, all clients must.',
      isPublic: true,
      body: 'LinkPassword',
      response: 'LinkSession',
      errors: [400, 404, 408, 413, 415, 429, 503],
    }),
    'The password is wrong (`password_needed`).',
  ),
};

export const sharingPaths = {
  '/api/v1/session': session,
  '/api/v1/sites/{site_id}/share-links': links,
  '/api/v1/sites/{site_id}/share-links/{id}': {
    parameters: [siteInPath, inPath('id', 'The link, a UUID.')],
    delete: revoke,
  },
  '/share/{slug}/api/v1/session': guestSession,
};
