/** The routes under `/api/v1` and `/stats`, as paths of the document. */

import { queryLimits, rangeNames, weekStarts } from '../query-request/query-names.js';
import { querySchema } from '../query-request/query-schema.js';
import { maxPeriods } from '../retention/parse-retention.js';
import { pageSchema } from '../sites/parse-site-request.js';
import { type JsonSchema, jsonSchemaOf, text } from './json-schema.js';
import { jsonParameter, listParameter, operation, parameter } from './operation.js';

const query = jsonSchemaOf(querySchema).properties;
const siteId = parameter('site_id', query.site_id!, 'The site.', true);
const timezone = parameter('timezone', text, 'An IANA time zone; the one of the site when absent.');
export const dateRange = parameter(
  'date_range',
  { ...text, examples: ['30d', '2026-10-01,2026-10-31'] },
  `One of ${rangeNames.join(', ')}, another number of days such as 45d, or two dates or instants with a comma between them.`,
  true,
);
const weekStart = parameter('week_start', { enum: weekStarts }, 'The first day of a week; Monday when absent.');
const reading = [400, 429, 503, 504];
const onSite = [404, 429, 503, 504];

export const paging = (properties: Record<string, JsonSchema>) => [
  parameter('limit', properties.limit!, 'The most rows to return.'),
  parameter('offset', properties.offset!, 'Rows to skip.'),
];

const queryParameters = [
  siteId,
  listParameter('metrics', query.metrics!, 'Names with commas between them, or a JSON list.', true),
  dateRange,
  timezone,
  weekStart,
  listParameter('dimensions', query.dimensions!, 'Names with commas between them, or a JSON list.'),
  jsonParameter('filters', { $ref: '#/components/schemas/Filters' }, 'As in the body.'),
  parameter('include_bots', { type: 'boolean' }, 'Events of bots count as well.'),
  jsonParameter('order_by', query.order_by!, 'As in the body.'),
  jsonParameter('include', query.include!, 'As in the body.'),
  jsonParameter('pagination', query.pagination!, 'As in the body; or limit and offset by themselves.'),
  ...paging(query.pagination!.properties as Record<string, JsonSchema>),
];

const question = {
  tag: 'Questions',
  summary: 'Ask anything about a site',
  description: `Counts of any range, in any time zone, by up to ${queryLimits.dimensions} dimensions: always exact. Queries of the Plausible Stats API v2 are understood as far as they ask for what there is: \`pageviews\` is views, \`percentage\` share, \`event:page\` path, \`event:name\` event_type, \`event:props:x\` property:x, \`visit:source\`, \`visit:country\` and others of their kind what the column of that name is at the first event of the visit, \`time\` a unit that fits the range.`,
  answer: 'Answer',
};

const statsParameters = [
  siteId,
  parameter('date', { type: 'string', format: 'date' }, 'A day; all time when absent.'),
  parameter('tz', text, 'An IANA time zone; the one of the site when absent.'),
  parameter('limit', { type: 'integer', minimum: 1, maximum: 1_000, default: 10 }, 'The most paths to return.'),
];

const retentionParameters = [
  siteId,
  parameter('period', { enum: ['week', 'month'] }, 'What a cohort has in common.', true),
  dateRange,
  timezone,
  weekStart,
];

export const siteInPath = {
  name: 'site_id',
  in: 'path',
  required: true,
  description: 'The site.',
  schema: query.site_id,
};

const sites = {
  '/api/v1/sites': {
    get: operation({
      id: 'listSites',
      tag: 'Sites',
      summary: 'List the sites, by id',
      parameters: paging(jsonSchemaOf(pageSchema).properties),
      answer: 'Sites',
      refusals: reading,
    }),
  },
  '/api/v1/sites/{site_id}': {
    parameters: [siteInPath],
    get: operation({ id: 'showSite', tag: 'Sites', summary: 'Show a site', answer: 'Site', refusals: onSite }),
    patch: operation({
      id: 'changeSite',
      tag: 'Sites',
      summary: 'Change the settings of a site',
      scope: 'admin',
      description: 'A change of the time zone recomputes all days; answers stay exact meanwhile.',
      body: 'SiteChange',
      answer: 'Site',
      refusals: [...onSite, 400, 408, 409, 413, 415],
    }),
    put: operation({
      id: 'putSite',
      tag: 'Sites',
      summary: 'Make a site before its first event',
      scope: 'admin',
      description: 'The same as a change where the site is there already. The body may be missing.',
      body: 'NewSite',
      bodyIsOptional: true,
      answer: 'Site',
      refusals: [...reading, 408, 409, 413, 415],
    }),
    delete: operation({
      id: 'deleteSite',
      tag: 'Sites',
      summary: 'Erase a site whole: events, figures, visitors, dead letters and its keys',
      scope: 'admin',
      description:
        'Done by the processor within a minute or so, longer for a large site. Events stored before that are erased with it, those stored after make the site again: revoke its keys or stop sending first.',
      status: 202,
      answer: 'Erasing',
      refusals: onSite,
    }),
  },
};

export const apiPaths = {
  '/api/v1/query': {
    get: operation({ ...question, id: 'queryByAddress', parameters: queryParameters, refusals: reading, isKept: true }),
    post: operation({ ...question, id: 'query', body: 'Query', refusals: [...reading, 408, 413, 415] }),
  },
  '/api/v1/funnel': {
    post: operation({
      id: 'funnel',
      tag: 'Questions',
      summary: 'How many users get through the steps of a funnel',
      description:
        'Steps are done in their order, all within a window of time from the first; each visitor, or visit, counts once. With the times that it took, and a row for each value of a dimension if wanted.',
      body: 'Funnel',
      answer: 'FunnelAnswer',
      refusals: [...reading, 408, 413, 415],
    }),
  },
  '/api/v1/retention': {
    get: operation({
      id: 'retention',
      tag: 'Questions',
      summary: 'Which visitors come again, by the week or month of their first event',
      parameters: retentionParameters,
      answer: 'RetentionAnswer',
      isKept: true,
      refusals: reading,
    }),
    post: operation({
      id: 'retentionByEvent',
      tag: 'Questions',
      summary: 'Which visitors come again, by the period in which they first did something in the range',
      description: `Visitors of a cohort have their first event that matches \`first\` in its period. They return in a period when it has an event of theirs that matches \`returning\`, at a later instant than that first one: in the period of the cohort as well. At most ${maxPeriods} periods.`,
      body: 'Returns',
      answer: 'ReturnsAnswer',
      refusals: [...reading, 408, 413, 415],
    }),
  },
  '/api/v1/journeys': {
    post: operation({
      id: 'journeys',
      tag: 'Questions',
      summary: 'The ways that visits take from page to page',
      description:
        'Each visit has one journey at most. Steps are its views in the range that match the filters, in the order of time, and repeats of a page right after each other are one. Most visits first.',
      body: 'Journeys',
      answer: 'JourneysAnswer',
      refusals: [...reading, 408, 413, 415],
    }),
  },
  ...sites,
  '/stats': {
    get: operation({
      id: 'stats',
      tag: 'Questions',
      summary: 'Views, users and top paths of a day or of all time',
      parameters: statsParameters,
      answer: 'Stats',
      isKept: true,
      refusals: reading,
    }),
  },
};
