/** The pages for people: login, logout, and where the queue pages are. */
import { type JsonSchema, text } from '@millrace/shared/openapi/json-schema';
import { content, errorResponse } from '@millrace/shared/openapi/operation';

const tags = ['Admin pages'];

const page = (description: string) => ({ description, content: content(text, 'text/html') });
const redirect = (description: string) => ({ description, headers: { Location: { schema: text } } });

const tooMany = errorResponse('Too many requests of this client in the last minute.');
const failures = { default: errorResponse('Internal error.') };
const otherOrigin = errorResponse('The form was not sent from a page of this service.');

const loginForm: JsonSchema = {
  type: 'object',
  properties: { key: { ...text, description: 'A key with the scope `admin`, for all sites.' } },
  required: ['key'],
};

const login = {
  get: {
    operationId: 'showLogin',
    summary: 'The form to log in',
    tags,
    security: [{}],
    responses: { 200: page('The form.'), 429: tooMany, ...failures },
  },
  post: {
    operationId: 'logIn',
    summary: 'Log a browser in',
    description:
      'Exchanges a key for a cookie that is valid for 12 hours or until the key is revoked. Accepted only from pages of this service. After ten wrong keys in a minute, a client must wait for the rest of that minute.',
    tags,
    security: [{}],
    requestBody: {
      required: true,
      content: content({ $ref: '#/components/schemas/LoginForm' }, 'application/x-www-form-urlencoded'),
    },
    responses: {
      303: redirect('Logged in. Leads to the queue pages.'),
      401: page('The form again: the key is unknown, revoked or expired.'),
      403: {
        description:
          'The form again: the key does not have the scope `admin`, or is limited to one site. As JSON: the form was not sent from a page of this service.',
        content: { ...content(text, 'text/html'), ...otherOrigin.content },
      },
      429: {
        description: 'Too many wrong keys, or, as JSON, too many requests. `Retry-After` says when to try again.',
        content: { ...content(text, 'text/html'), ...tooMany.content },
      },
      ...failures,
    },
  },
};

const logout = {
  get: {
    operationId: 'showLogout',
    summary: 'The form to log out',
    tags,
    security: [{}],
    responses: { 200: page('The form.'), 429: tooMany, ...failures },
  },
  post: {
    operationId: 'logOut',
    summary: 'Log a browser out',
    description: 'Ends the session of the cookie, if there is one. Accepted only from pages of this service.',
    tags,
    security: [{}],
    responses: { 303: redirect('Logged out. Leads to the login.'), 403: otherOrigin, 429: tooMany, ...failures },
  },
};

export const adminSchemas: Record<string, JsonSchema> = { LoginForm: loginForm };

export const adminPaths = {
  '/admin': {
    get: {
      operationId: 'openAdmin',
      summary: 'Go to the queue pages',
      tags,
      security: [{ key: ['admin'] }, { session: [] }, {}],
      responses: {
        303: redirect('Leads to the queue pages, or to the login if no key was sent and nobody is logged in.'),
        401: errorResponse('The key is unknown, revoked or expired.'),
        403: errorResponse('The key does not have the scope `admin`, or is limited to one site.'),
        429: tooMany,
        ...failures,
      },
    },
  },
  '/admin/login': login,
  '/admin/logout': logout,
};
