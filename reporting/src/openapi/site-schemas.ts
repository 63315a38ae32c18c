/** What clients may decide about a site, as schemas of the document. */
import { enrichments } from '@millrace/shared/contract/enrichments';
import type Joi from 'joi';
import { newSiteSchema, siteChangeSchema } from '../sites/parse-site-request.js';
import { type JsonSchema, jsonSchemaOf, type ObjectSchema, withProperties } from './json-schema.js';

const siteSchemaOfDocument = (schema: Joi.ObjectSchema): ObjectSchema =>
  withProperties(jsonSchemaOf(schema), {
    timezone: { description: 'An IANA time zone.' },
    path_rules: {
      description: 'How paths become pages, from the next event on. What is absent is as by default; null resets all.',
      examples: [{ strip_query: true, keep_params: ['p'], trailing_slash: 'strip' }],
    },
    hostnames: {
      description:
        'Hosts of the site itself; replaces those there are. A referrer on one of them is `direct`, in events of the past too, as far back as there are raw events. Kept in lower case and punycode, without port, final dot and `www.`.',
      examples: [['shop.example']],
    },
    session_minutes: {
      description: 'Longest time between two events of a visit, in minutes. Visits of the past follow it, too.',
    },
    enrichment_off: {
      description: `What ingestion is not to find out about visitors of the site, from a few seconds later on; replaces what there is. ${Object.entries(
        enrichments,
      )
        .map(([name, meaning]) => `\`${name}\`: ${meaning}`)
        .join(' ')}`,
      examples: [['location', 'visitor']],
    },
    job_priority: {
      description:
        'How soon jobs of the site run among others that wait: smaller is sooner, and 0 or null before all that have one. Takes a key of all sites.',
    },
  });

export const siteSchemas = (): Record<string, JsonSchema> => ({
  SiteChange: siteSchemaOfDocument(siteChangeSchema),
  NewSite: siteSchemaOfDocument(newSiteSchema),
});
