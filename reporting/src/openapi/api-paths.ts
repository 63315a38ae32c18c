import { type JsonSchema, jsonSchemaOf, type ObjectSchema, ref, text } from '@millrace/shared/openapi/json-schema';
import { jsonParameter, listParameter, parameter } from '@millrace/shared/openapi/operation';
import { queryLimits, rangeNames, weekStarts } from '../query-request/query-names.js';
import { querySchema } from '../query-request/query-schema.js';
import { maxPeriods } from '../retention/parse-retention.js';
import { operation } from './operation.js';
import { dimensionsText, metricsText } from './render-definitions.js';

const query = jsonSchemaOf(querySchema).properties;
const siteId = parameter('site_id', query.site_id!, 'The site.', true);
const timezone = parameter('timezone', text, "An IANA time zone. Default: the site's.");
export const dateRange = parameter(
  'date_range',
  { ...text, examples: ['30d', '2026-10-01,2026-10-31'] },
  `One of ${rangeNames.join(', ')}, any number of days such as 45d, or two dates or instants separated by a comma.`,
  true,
);
const weekStart = parameter('week_start', { enum: weekStarts }, 'The first day of the week. Default: Monday.');
export const readErrors = [400, 429, 503, 504];

export const paging = (properties: Record<string, JsonSchema>, rule?: string) => [
  parameter('limit', properties.limit!, ['Maximum number of rows.', rule].filter(Boolean).join(' ')),
  parameter('offset', properties.offset!, 'Number of rows to skip.'),
];

/** A default is sent by "Try it out". */
const withoutDefaults = (properties: Record<string, JsonSchema>) =>
  Object.fromEntries(Object.entries(properties).map(([name, { default: _value, ...rest }]) => [name, rest]));

const queryParameters = [
  siteId,
  listParameter(
    'metrics',
    { ...query.metrics, items: ref('Metric') },
    `Names separated by commas, or a JSON array.\n\n${metricsText()}`,
    true,
  ),
  dateRange,
  timezone,
  weekStart,
  listParameter('dimensions', query.dimensions!, `Names separated by commas, or a JSON array.\n\n${dimensionsText()}`),
  jsonParameter('filters', { $ref: '#/components/schemas/Filters' }, 'As in the body of `POST /api/v1/query`.'),
  parameter('include_bots', { type: 'boolean' }, 'Whether events of bots count.'),
  jsonParameter('order_by', query.order_by!, 'As in the body of `POST /api/v1/query`.'),
  jsonParameter('include', query.include!, 'As in the body of `POST /api/v1/query`.'),
  jsonParameter(
    'pagination',
    query.pagination!,
    'As in the body. `limit` and `offset` can also be given as separate parameters.',
  ),
  ...paging(
    withoutDefaults((query.pagination as ObjectSchema).properties),
    `Default: ${queryLimits.limit}. Cannot be combined with \`pagination\`.`,
  ),
];

const queryOperation = {
  tag: 'Queries',
  summary: 'Query the metrics of a site',
  description: `Exact metrics for any range, in any time zone, by up to ${queryLimits.dimensions} dimensions. Queries of the Plausible Stats API v2 work wherever Millrace has an equivalent: \`pageviews\` means views, \`percentage\` share, \`event:page\` path, \`event:name\` event_type and \`event:props:x\` property:x. \`visit:source\`, \`visit:country\` and the like are the value of that column at the first event of the visit. \`time\` picks a unit that fits the range.`,
  response: 'Answer',
};

const statsParameters = [
  siteId,
  parameter('date', { type: 'string', format: 'date' }, 'A day. Absent: all time.'),
  parameter('tz', text, "An IANA time zone. Default: the site's."),
  parameter('limit', { type: 'integer', minimum: 1, maximum: 1_000, default: 10 }, 'Maximum number of paths.'),
];

const retentionParameters = [
  siteId,
  parameter('period', { enum: ['week', 'month'] }, 'Whether cohorts are weeks or months.', true),
  dateRange,
  timezone,
  weekStart,
];

export const apiPaths = {
  '/api/v1/query': {
    get: operation({
      ...queryOperation,
      id: 'queryByAddress',
      parameters: queryParameters,
      errors: readErrors,
      hasEtag: true,
    }),
    post: operation({ ...queryOperation, id: 'query', body: 'Query', errors: [...readErrors, 408, 413, 415] }),
  },
  '/api/v1/funnel': {
    post: operation({
      id: 'funnel',
      tag: 'Queries',
      summary: 'Count the users at each step of a funnel',
      description:
        'Steps count in order, all within a time window that starts at the first one. Each visitor (or visit) counts once. Also returns how long each step took and, with `breakdown`, the same steps for each value of a dimension.',
      body: 'Funnel',
      response: 'FunnelAnswer',
      errors: [...readErrors, 408, 413, 415],
    }),
  },
  '/api/v1/retention': {
    get: operation({
      id: 'retention',
      tag: 'Queries',
      summary: 'Count returning visitors, by the week or month of their first event',
      parameters: retentionParameters,
      response: 'RetentionAnswer',
      hasEtag: true,
      errors: readErrors,
    }),
    post: operation({
      id: 'retentionByEvent',
      tag: 'Queries',
      summary: 'Count returning visitors, by the period of their first matching event',
      description: `A visitor belongs to the cohort of the period that contains their first event in the range that matches \`first\`. They returned in a period if it contains a later event of theirs that matches \`returning\`; that can be the cohort's own period. At most ${maxPeriods} periods.`,
      body: 'Returns',
      response: 'ReturnsAnswer',
      errors: [...readErrors, 408, 413, 415],
    }),
  },
  '/api/v1/journeys': {
    post: operation({
      id: 'journeys',
      tag: 'Queries',
      summary: 'Count the journeys that visits take from page to page',
      description:
        'Each visit has at most one journey. Its steps are the views in the range that match the filters, in order of time; consecutive views of the same page are one step. Ordered by visits, most first.',
      body: 'Journeys',
      response: 'JourneysAnswer',
      errors: [...readErrors, 408, 413, 415],
    }),
  },
  '/stats': {
    get: operation({
      id: 'stats',
      tag: 'Queries',
      summary: 'Views, users and top paths of a day or of all time',
      parameters: statsParameters,
      response: 'Stats',
      hasEtag: true,
      errors: readErrors,
    }),
  },
};
