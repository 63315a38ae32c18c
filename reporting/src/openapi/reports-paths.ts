/** The routes of reports and their templates as paths of the document. */
import { listingSchema } from '../reports/parse-listing.js';
import { download } from './file-download.js';
import { jsonSchemaOf, text } from './json-schema.js';
import { operation, parameter } from './operation.js';

const tag = 'Reports';
const listing = jsonSchemaOf(listingSchema).properties;
const stored = [404, 429, 503];
const changing = [...stored, 400, 408, 413, 415];

const templateId = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of a template.',
  schema: text,
  example: 'daily-activity-summary',
};
const reportId = { ...templateId, description: 'The id of a report, a UUID.', example: undefined };

const listParameters = [
  parameter('site_id', listing.site_id!, 'Of this site only.'),
  parameter('template_id', listing.template_id!, 'Of this template only.'),
  parameter('status', listing.status!, 'With this status only.'),
  parameter('limit', listing.limit!, 'Reports at most.'),
  parameter('offset', listing.offset!, 'Reports to leave out before; those that come meanwhile count.'),
  parameter('after', text, 'What the page before said as next.'),
];

const downloadReport = download({
  operationId: 'downloadReport',
  tag,
  summary: 'Download the file of a report',
  description: 'Whole, or in parts by `Range`. Needs a key, or the signature of a link.',
  missing: { notFound: 'There is no such report.', gone: 'Its file is kept no longer.' },
});

const setActive = (id: string, summary: string) =>
  operation({ id, tag, summary, scope: 'admin', answer: 'ReportTemplate', refusals: stored });
const runAll = (id: string, summary: string, description: string) =>
  operation({ id, tag, summary, description, scope: 'admin', answer: 'RunningTemplates', refusals: [429, 503] });

const templates = {
  '/api/v1/report-templates': {
    get: operation({
      id: 'listReportTemplates',
      tag,
      summary: 'List the templates of reports',
      answer: 'ReportTemplates',
      refusals: [429, 503],
    }),
    post: operation({
      id: 'createReportTemplate',
      tag,
      summary: 'Have something reported regularly',
      description:
        'A report is about the whole period before its slot: yesterday, last week and so on. The secret of a webhook is in this answer, and in no other.',
      scope: 'admin',
      body: 'NewReportTemplate',
      status: 201,
      answer: 'ReportTemplate',
      refusals: [...changing, 409],
    }),
  },
  '/api/v1/report-templates/stop': {
    post: runAll(
      'stopReportTemplates',
      'Stop all schedules',
      'Active templates stay active: a restart brings them back.',
    ),
  },
  '/api/v1/report-templates/restart': {
    post: runAll(
      'restartReportTemplates',
      'Start the schedules of all active templates again',
      'What passed meanwhile is not made up for.',
    ),
  },
  '/api/v1/report-templates/{id}': {
    parameters: [templateId],
    get: operation({
      id: 'showReportTemplate',
      tag,
      summary: 'Show a template',
      answer: 'ReportTemplate',
      refusals: stored,
    }),
    patch: operation({
      id: 'changeReportTemplate',
      tag,
      summary: 'Change a template',
      description: 'What is left out stays. A webhook that is given gets a new secret.',
      scope: 'admin',
      body: 'ReportTemplateChange',
      answer: 'ReportTemplate',
      refusals: changing,
    }),
    delete: operation({
      id: 'deleteReportTemplate',
      tag,
      summary: 'Delete a template and its schedule; its reports stay',
      scope: 'admin',
      answer: 'DeletedReportTemplate',
      refusals: stored,
    }),
  },
  '/api/v1/report-templates/{id}/activate': {
    parameters: [templateId],
    post: setActive('activateReportTemplate', 'Activate a template'),
  },
  '/api/v1/report-templates/{id}/deactivate': {
    parameters: [templateId],
    post: setActive('deactivateReportTemplate', 'Deactivate a template: it is kept and not scheduled'),
  },
  '/api/v1/report-templates/{id}/generate': {
    parameters: [templateId],
    post: operation({
      id: 'generateReports',
      tag,
      summary: 'Have reports of any days written and sent now',
      scope: 'admin',
      body: 'GenerateReports',
      status: 202,
      answer: 'PendingReports',
      refusals: changing,
    }),
  },
};

export const reportsPaths = {
  ...templates,
  '/api/v1/reports': {
    get: operation({
      id: 'listReports',
      tag,
      summary: 'List reports, the newest first',
      parameters: listParameters,
      answer: 'Reports',
      refusals: [400, 429, 503],
    }),
  },
  '/api/v1/reports/statistics': {
    get: operation({
      id: 'reportStatistics',
      tag,
      summary: 'Count templates and reports',
      answer: 'ReportStatistics',
      refusals: [429, 503],
    }),
  },
  '/api/v1/reports/{id}': {
    parameters: [reportId],
    get: operation({
      id: 'showReport',
      tag,
      summary: 'Show a report, and to whom it went',
      answer: 'Report',
      refusals: stored,
    }),
  },
  '/api/v1/reports/{id}/download': {
    parameters: [
      reportId,
      parameter('expires', text, 'Of a link in a mail: when it ends, in seconds since 1970.'),
      parameter('signature', text, 'Of a link in a mail.'),
    ],
    get: downloadReport,
  },
  '/api/v1/reports/{id}/resend': {
    parameters: [reportId],
    post: operation({
      id: 'resendReport',
      tag,
      summary: 'Send a report once more',
      description:
        'To all who were its recipients when it was ordered, or to those that are given, who need not be among them and do not become recipients.',
      scope: 'admin',
      body: 'Resend',
      bodyIsOptional: true,
      status: 202,
      answer: 'ResentReport',
      refusals: [...changing, 409],
    }),
  },
  '/api/v1/reports/{id}/reissue': {
    parameters: [reportId],
    post: operation({
      id: 'reissueReport',
      tag,
      summary: 'Issue a report again, of the events that are there now',
      description: 'It becomes another revision, which goes to the same recipients and says what has changed.',
      scope: 'admin',
      status: 202,
      answer: 'ReissuedReport',
      refusals: [...stored, 409],
    }),
  },
};
