/** The routes of sessions and shared links as paths of the document. */
import { querySchema } from '../query-request/query-schema.js';
import { maxOpenLinks } from '../share-links/link-rows.js';
import { sharedRoutes } from '../share-links/shared-routes.js';
import { refused } from './file-download.js';
import { jsonSchemaOf, text } from './json-schema.js';
import { operation } from './operation.js';

const tag = 'Sharing';
const inPath = (name: string, description: string, schema: object = text) => ({
  ...{ name, in: 'path', required: true, description, schema },
});
const siteInPath = inPath('site_id', 'The site.', jsonSchemaOf(querySchema).properties.site_id);
const changing = [400, 404, 408, 413, 415, 429, 503];

/** What ends without an answer to read. */
function withoutAnswer(given: ReturnType<typeof operation>) {
  const { 200: _answer, ...refusals } = given.responses as Record<number, object>;
  return { ...given, responses: { 204: { description: 'It is done.' }, ...refusals } };
}

const session = {
  get: operation({
    id: 'showSession',
    tag,
    summary: 'Show who asks, and what they may do',
    answer: 'Session',
    refusals: [429, 503],
  }),
  post: operation({
    id: 'logIn',
    tag,
    summary: 'Log a browser in',
    description:
      'With a key, which the browser need not keep then: a cookie stands in for it for 12 hours, or until the key is revoked. Only from pages of this service. After ten wrong keys in a minute a client has to wait for the rest of it.',
    isOpen: true,
    body: 'LogIn',
    answer: 'Session',
    refusals: [400, 408, 413, 415, 429, 503],
  }),
  delete: withoutAnswer(
    operation({
      id: 'logOut',
      tag,
      summary: 'Log a browser out',
      description: 'Only from pages of this service. Ends the session of the cookie, if there is one.',
      isOpen: true,
      answer: 'Session',
      refusals: [429, 503],
    }),
  ),
};

const links = {
  parameters: [siteInPath],
  get: operation({
    id: 'listShareLinks',
    tag,
    summary: 'List the shared links of a site',
    description: 'Those that can be used first, then the newest.',
    scope: 'admin',
    answer: 'ShareLinks',
    refusals: [404, 429, 503],
  }),
  post: operation({
    id: 'createShareLink',
    tag,
    summary: 'Share the dashboard of a site by a link',
    description: `Whoever has the link reads this site, within the filters, without a key. At most ${maxOpenLinks} links of a site can be used at a time. The body may be missing.`,
    scope: 'admin',
    body: 'NewShareLink',
    bodyIsOptional: true,
    status: 201,
    answer: 'ShareLink',
    refusals: [...changing, 409],
  }),
};

const revoke = withoutAnswer(
  operation({
    id: 'revokeShareLink',
    tag,
    summary: 'Revoke a shared link',
    description: 'It ends at once, and live answers within half a minute. Again changes nothing.',
    scope: 'admin',
    answer: 'ShareLink',
    refusals: [404, 429, 503],
  }),
);

const unknownLink = refused('The link is not known, was revoked, or has expired: which of these is not told.');
const ofLink = (given: ReturnType<typeof operation>, status401: string) => {
  const { 403: _none, ...responses } = given.responses as Record<number, object>;
  return { ...given, responses: { ...responses, 401: refused(status401), 404: unknownLink } };
};

const guestSession = {
  parameters: [inPath('slug', 'Of the link.')],
  get: ofLink(
    operation({
      id: 'showLink',
      tag,
      summary: 'Show what a shared link shows',
      description: `Below \`/share/{slug}/api/v1\` these routes answer as they do below \`/api/v1\`, for the site of the link only, and with its filters added to whatever is asked; there are no others: ${sharedRoutes.map((route) => `\`${route}\``).join(', ')}. A site is shown without its settings, and with filters without its numbers.`,
      isOpen: true,
      answer: 'LinkSession',
      refusals: [404, 429, 503],
    }),
    'The link has a password (`password_needed`), which `POST` takes.',
  ),
  post: ofLink(
    operation({
      id: 'giveLinkPassword',
      tag,
      summary: 'Give the password of a shared link',
      description:
        'A cookie for this link stands in for it for seven days. After ten wrong ones in a minute a client, and after sixty everybody, has to wait for the rest of it.',
      isOpen: true,
      body: 'LinkPassword',
      answer: 'LinkSession',
      refusals: [400, 404, 408, 413, 415, 429, 503],
    }),
    'This is not the password (`password_needed`).',
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
