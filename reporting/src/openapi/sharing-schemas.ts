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
} from '@millrace/shared/openapi/json-schema';
import { logInSchema } from '../routes/session-route.js';
import { maxConditions, passwordBody, shareLinkSchema } from '../share-links/parse-share-link.js';

const filters: JsonSchema = {
  description: 'Added to every request made through the link. Null: none.',
  anyOf: [listOf(ref('Filter')), { type: 'null' }],
};

const scopes = listOf({ enum: ['read', 'admin'] });

const newLink = jsonSchemaOf(shareLinkSchema);

export const sharingSchemas: Record<string, JsonSchema> = {
  LogIn: withProperties(jsonSchemaOf(logInSchema), { key: { description: 'A key with the scope `read` or `admin`.' } }),
  Session: record({
    auth: { enum: ['open', 'key'], description: '`open`: no key is needed.' },
    scopes: { ...scopes, description: 'What the session allows.' },
    site_id: { ...textOrNull, description: 'The only site it gives access to. Null: all sites.' },
    name: { ...textOrNull, description: 'Name of the key.' },
  }),
  LinkPassword: jsonSchemaOf(passwordBody),
  LinkSession: record({
    auth: { const: 'share' },
    scopes,
    site_id: text,
    name: { ...textOrNull, description: 'Name of the link.' },
    filters,
  }),
  NewShareLink: {
    ...newLink,
    properties: {
      ...newLink.properties,
      filters: {
        ...ref('Filters'),
        description: `Limits what the link shows. At most ${maxConditions} conditions.`,
      },
      expires_at: {
        ...{ type: ['string', 'null'], maxLength: 40, examples: ['2030-01-31T00:00:00Z', '2030-01-31T00:00+02:00'] },
        description: 'An instant in the future, with a time zone. Null: never.',
      },
    },
  },
  ShareLink: record({
    id: text,
    slug: { ...text, description: '128 random bits. Treat it as a secret: it is all that is needed to use the link.' },
    path: { ...text, description: 'Path of the link on this service.', examples: ['/share/AbCdEfGhIjKlMnOpQrStUv'] },
    url: { ...textOrNull, description: 'The full URL. Null if `PUBLIC_URL` is not set.' },
    name: textOrNull,
    filters,
    has_password: flag,
    expires_at: instantOrNull,
    revoked_at: instantOrNull,
    created_at: instant,
  }),
  ShareLinks: record({ share_links: listOf(ref('ShareLink'), { maxItems: 1_000 }) }),
};
