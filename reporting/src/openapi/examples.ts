/** What "Try it out" on `/docs` sends. They succeed on a new system that has the events of README.md, except where an id, a link or a key is needed. */
import type { OpenApiDocument } from '@millrace/shared/openapi/operation';

const day = '2025-11-14';
const site = { site_id: 'demo', date_range: [day, day] };
const isView = ['is', 'event_type', ['view']];
const onPage = (path: string) => ({ name: path, filters: ['is', 'path', [path]] });
const oneId = '01234567-89ab-4cde-8f01-23456789abcd';

/** By `operationId`. */
const bodies: Record<string, unknown> = {
  query: { ...site, metrics: ['views', 'visitors'], dimensions: ['path'], order_by: [['views', 'desc']] },
  queryBatch: {
    ...site,
    filters: [isView],
    queries: [
      { id: 'pages', metrics: ['views', 'visitors'], dimensions: ['path'], limit: 10 },
      { id: 'hours', metrics: ['visitors'], dimensions: ['time:hour'] },
    ],
  },
  funnel: { ...site, steps: [onPage('/pricing'), onPage('/')], window: '1d' },
  retentionByEvent: { ...site, period: 'week', returning: { filters: [isView] } },
  journeys: { ...site, steps: 3, limit: 10 },
  changeSite: { name: 'Demo', timezone: 'UTC' },
  putSite: { name: 'Demo' },
  createGoal: { name: 'Pricing seen', path: '/pricing' },
  createAnnotation: { at: `${day}T10:00:00Z`, kind: 'deployment', text: 'New pricing page' },
  createSavedView: { kind: 'segment', name: 'Pricing', definition: { filters: ['is', 'path', ['/pricing']] } },
  replaceSavedView: { name: 'Pricing and home', definition: { filters: ['is', 'path', ['/pricing', '/']] } },
  invalidateCache: { pattern: 'query:demo*' },
  createExport: { dataset: 'events', format: 'csv', params: site },
  linkExport: { expiresIn: 3_600 },
  createReportTemplate: {
    ...{ name: 'Daily pages', site_id: 'demo', schedule: 'daily', timezone: 'UTC' },
    ...{ dataset: 'top-items', format: 'csv', recipients: [] },
  },
  changeReportTemplate: { description: 'The most viewed pages of yesterday' },
  generateReports: { first_day: day, last_day: day, site_id: 'demo' },
  resendReport: { recipients: ['ada@example.com'] },
  logIn: { key: 'the key that `npm run keys -- create` printed' },
  createShareLink: { name: 'For the board' },
  giveLinkPassword: { password: 'correct horse' },
};

/** Values of parameters by name, wherever the parameter has no example of its own. Others stay empty unless a schema has a default. */
const parameters: Record<string, unknown> = {
  ...{ site_id: 'demo', date_range: `${day},${day}`, date: day, from: day, to: day },
  ...{ metrics: ['views', 'visitors'], dimensions: ['path'], filters: isView, order_by: [['views', 'desc']] },
  ...{ include: { total_rows: true }, pagination: { limit: 10 }, period: 'week', format: 'csv' },
  ...{ id: oneId, slug: 'AbCdEfGhIjKlMnOpQrStUv', recipient: 'ada@example.com' },
};

interface Parameter {
  name: string;
  example?: unknown;
  examples?: unknown;
  content?: Record<string, object>;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, object> };
}

function withExample(parameter: Parameter): Parameter {
  const example = parameters[parameter.name];
  if (example === undefined || parameter.example !== undefined || parameter.examples !== undefined) return parameter;
  if (!parameter.content) return { ...parameter, example };
  const contents = Object.entries(parameter.content).map(([type, content]) => [type, { ...content, example }]);
  return { ...parameter, content: Object.fromEntries(contents) };
}

function withExamples(operation: Operation): Operation {
  const { operationId, requestBody, parameters: own } = operation;
  const body = bodies[operationId];
  return {
    ...operation,
    ...(own && { parameters: own.map(withExample) }),
    ...(requestBody &&
      body !== undefined && {
        requestBody: {
          ...requestBody,
          content: Object.fromEntries(
            Object.entries(requestBody.content).map(([type, content]) => [type, { ...content, example: body }]),
          ),
        },
      }),
  };
}

/** Adds an example to each body and to each parameter that needs one. */
export const addExamples = (paths: OpenApiDocument['paths']): OpenApiDocument['paths'] =>
  Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations).map(([name, given]) => [
          name,
          name === 'parameters' ? (given as Parameter[]).map(withExample) : withExamples(given as Operation),
        ]),
      ),
    ]),
  );
