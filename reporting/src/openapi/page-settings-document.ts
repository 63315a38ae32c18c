/** What the dashboard asks about this installation, as a path of the document. */
import { type JsonSchema, record, textOrNull } from './json-schema.js';
import { operation } from './operation.js';

export const pageSettingsSchemas: Record<string, JsonSchema> = {
  PageSettings: record({
    ingestion_url: {
      ...textOrNull,
      description: '`INGESTION_URL`, without a slash at its end; null where it is not set.',
    },
  }),
};

export const pageSettingsPaths = {
  '/api/v1/page-settings': {
    get: operation({
      id: 'pageSettings',
      tag: 'Sites',
      summary: 'Where events are sent to',
      description: 'The dashboard shows it to whoever sets up a site.',
      answer: 'PageSettings',
      refusals: [429],
    }),
  },
};
