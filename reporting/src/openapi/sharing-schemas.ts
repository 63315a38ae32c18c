/** What the routes of sessions and shared links take and answer, as schemas of the document. */
import { logInSchema } from '../routes/session-route.js';
import { maxConditions, passwordBody, shareLinkSchema } from '../share-links/parse-share-link.js';
import {
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from './json-schema.js';

const filters: JsonSchema = {
  description: 'Added to each question that is asked through the link; null: none.',
  anyOf: [listOf(ref('Filter')), { type: 'null' }],
};

const scopes = listOf({ enum: ['read', 'admin'] });

const newLink = jsonSchemaOf(shareLinkSchema);

export const sharingSchemas: Record<string, JsonSchema> = {
  LogIn: withProperties(jsonSchemaOf(logInSchema), { key: { description: 'With scope `read` or `admin`.' } }),
  Session: record({
    auth: { enum: ['open', 'key'], description: '`open`: nobody needs a key.' },
    scopes: { ...scopes, description: 'What may be done here.' },
    site_id: { ...textOrNull, description: 'The only site that may be seen; null: all.' },
    name: { ...textOrNull, description: 'Of the key.' },
  }),
  LinkPassword: jsonSchemaOf(passwordBody),
  LinkSession: record({
    auth: { const: 'share' },
    scopes,
    site_id: text,
    name: { ...textOrNull, description: 'Of the link.' },
    filters,
  }),
  NewShareLink: {
    ...newLink,
    properties: {
      ...newLink.properties,
      filters: {
        ...ref('Filters'),
        description: `What everybody who has the link is limited to; at most ${maxConditions} conditions.`,
      },
      expires_at: {
        ...{ type: ['string', 'null'], maxLength: 40, examples: ['2030-01-31T00:00:00Z', '2030-01-31T00:00+02:00'] },
        description: 'An instant in the future with its zone; null: never.',
      },
    },
  },
  ShareLink: record({
    id: text,
    slug: { ...text, description: '128 random bits: whoever knows them has the link.' },
    path: { ...text, description: 'Below the address of this service.', examples: ['/share/AbCdEfGhIjKlMnOpQrStUv'] },
    url: { ...textOrNull, description: 'The whole address; null where `PUBLIC_URL` is not set.' },
    name: textOrNull,
    filters,
    has_password: flag,
    expires_at: instantOrNull,
    revoked_at: instantOrNull,
    created_at: instant,
  }),
  ShareLinks: record({ share_links: listOf(ref('ShareLink'), { maxItems: 1_000 }) }),
};
