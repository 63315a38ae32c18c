/** What ingestion derives for an event; each can be switched off per site. */
export const enrichments = {
  page: 'Columns `hostname` and `query`, from the address of the page.',
  campaign: 'Columns `utm_source` to `utm_content` and `click_id`, from the query.',
  source: 'Columns `source` and `channel`, from the campaign and the referrer.',
  agent: 'Columns `browser`, `os`, their versions, and `device`, from the user agent.',
  bot: 'Column `bot`, from the user agent.',
  location: 'Columns `country`, `region` and `city`, from the IP address, which is not stored, or the time zone.',
  language: 'Column `language`, from `Accept-Language`.',
  visitor: 'Column `user_id` if none was sent; it changes every day.',
} as const;

export type Enrichment = keyof typeof enrichments;
export const enrichmentNames = Object.keys(enrichments) as Enrichment[];
