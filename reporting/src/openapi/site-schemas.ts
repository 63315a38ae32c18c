import { enrichments } from '@millrace/shared/contract/enrichments';
import { type JsonSchema, jsonSchemaOf, type ObjectSchema, withProperties } from '@millrace/shared/openapi/json-schema';
import type Joi from 'joi';
import { newSiteSchema, siteChangeSchema } from '../sites/parse-site-request.js';

const siteSchemaOfDocument = (schema: Joi.ObjectSchema): ObjectSchema =>
  withProperties(jsonSchemaOf(schema), {
    timezone: { description: 'An IANA time zone.' },
    path_rules: {
      description:
        'How paths are turned into pages, from the next event on. Absent fields have their defaults; null resets all of them.',
      examples: [{ strip_query: true, keep_params: ['p'], trailing_slash: 'strip' }],
    },
    hostnames: {
      description:
        "The site's own hosts; replaces the current list. A referrer on one of them counts as `direct`, also in past events as far back as raw events are stored. Stored in lower case and punycode, without port, trailing dot and `www.`.",
      examples: [['shop.example']],
    },
    session_minutes: {
      description: 'Longest time between two events of a visit, in minutes. Also applies to past visits.',
    },
    enrichment_off: {
      description: `Enrichments to switch off for the site; replaces the current list and takes effect within seconds. ${Object.entries(
        enrichments,
      )
        .map(([name, meaning]) => `\`${name}\`: ${meaning}`)
        .join(' ')}`,
      examples: [['location', 'visitor']],
    },
    job_priority: {
      description:
        "Priority of the site's jobs among waiting jobs: smaller runs sooner; 0 or null runs before all others. Takes a key that is not limited to one site.",
    },
  });

export const siteSchemas = (): Record<string, JsonSchema> => ({
  SiteChange: siteSchemaOfDocument(siteChangeSchema),
  NewSite: siteSchemaOfDocument(newSiteSchema),
});
