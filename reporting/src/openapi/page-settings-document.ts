import { type JsonSchema, record, textOrNull } from '@millrace/shared/openapi/json-schema';
import { operation } from './operation.js';

export const pageSettingsSchemas: Record<string, JsonSchema> = {
  PageSettings: record({
    ingestion_url: {
      ...textOrNull,
      description: '`INGESTION_URL` without a trailing slash. Null if it is not set.',
    },
  }),
};

export const pageSettingsPaths = {
  '/api/v1/page-settings': {
    get: operation({
      id: 'pageSettings',
      tag: 'Sites',
      summary: 'Show where to send events',
      description: 'Used by the setup page of the dashboard.',
      response: 'PageSettings',
      errors: [429],
    }),
  },
};
