import { jsonSchemaOf, text } from '@millrace/shared/openapi/json-schema';
import { parameter } from '@millrace/shared/openapi/operation';
import { listingSchema } from '../reports/parse-listing.js';
import { download } from './file-download.js';
import { operation } from './operation.js';

const tag = 'Reports';
const listing = jsonSchemaOf(listingSchema).properties;
const readErrors = [404, 429, 503];
const changeErrors = [...readErrors, 400, 408, 413, 415];

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
  parameter('site_id', listing.site_id!, 'Only reports of this site.'),
  parameter('template_id', listing.template_id!, 'Only reports of this template.'),
  parameter('status', listing.status!, 'Only reports with this status.'),
  parameter('limit', listing.limit!, 'Maximum number of reports.'),
  parameter('offset', listing.offset!, 'Number of reports to skip. New reports shift the pages; `after` avoids that.'),
  parameter('after', text, '`next` from the previous page.'),
];

const downloadReport = download({
  operationId: 'downloadReport',
  tag,
  summary: 'Download the file of a report',
  description: 'Supports `Range`. Takes a key, or the signature of a link.',
  missingDescriptions: { notFound: 'There is no such report.', gone: 'The file has expired.' },
});

const setActive = (id: string, summary: string) =>
  operation({ id, tag, summary, scope: 'admin', response: 'ReportTemplate', errors: readErrors });
const runAll = (id: string, summary: string, description: string) =>
  operation({ id, tag, summary, description, scope: 'admin', response: 'RunningTemplates', errors: [429, 503] });

const templates = {
  '/api/v1/report-templates': {
    get: operation({
      id: 'listReportTemplates',
      tag,
      summary: 'List report templates',
      response: 'ReportTemplates',
      errors: [429, 503],
    }),
    post: operation({
      id: 'createReportTemplate',
      tag,
      summary: 'Create a report template',
      description:
        'A report covers the whole period before its slot: yesterday, last week and so on. The secret of the webhook is returned only here.',
      scope: 'admin',
      body: 'NewReportTemplate',
      status: 201,
      response: 'ReportTemplate',
      errors: [...changeErrors, 409],
    }),
  },
  '/api/v1/report-templates/stop': {
    post: runAll(
      'stopReportTemplates',
      'Stop all schedules',
      'Active templates stay active; a restart schedules them again.',
    ),
  },
  '/api/v1/report-templates/restart': {
    post: runAll(
      'restartReportTemplates',
      'Restart the schedules of all active templates',
      'Reports that were due in the meantime are not generated.',
    ),
  },
  '/api/v1/report-templates/{id}': {
    parameters: [templateId],
    get: operation({
      id: 'showReportTemplate',
      tag,
      summary: 'Show a template',
      response: 'ReportTemplate',
      errors: readErrors,
    }),
    patch: operation({
      id: 'changeReportTemplate',
      tag,
      summary: 'Change a template',
      description: 'Omitted fields stay as they are. Setting a webhook creates a new secret for it.',
      scope: 'admin',
      body: 'ReportTemplateChange',
      response: 'ReportTemplate',
      errors: changeErrors,
    }),
    delete: operation({
      id: 'deleteReportTemplate',
      tag,
      summary: 'Delete a template and its schedule, but not its reports',
      scope: 'admin',
      response: 'DeletedReportTemplate',
      errors: readErrors,
    }),
  },
  '/api/v1/report-templates/{id}/activate': {
    parameters: [templateId],
    post: setActive('activateReportTemplate', 'Activate a template'),
  },
  '/api/v1/report-templates/{id}/deactivate': {
    parameters: [templateId],
    post: setActive('deactivateReportTemplate', 'Deactivate a template without deleting it'),
  },
  '/api/v1/report-templates/{id}/generate': {
    parameters: [templateId],
    post: operation({
      id: 'generateReports',
      tag,
      summary: 'Generate and send reports for any days now',
      scope: 'admin',
      body: 'GenerateReports',
      status: 202,
      response: 'PendingReports',
      errors: changeErrors,
    }),
  },
};

export const reportsPaths = {
  ...templates,
  '/api/v1/reports': {
    get: operation({
      id: 'listReports',
      tag,
      summary: 'List reports, newest first',
      parameters: listParameters,
      response: 'Reports',
      errors: [400, 429, 503],
    }),
  },
  '/api/v1/reports/statistics': {
    get: operation({
      id: 'reportStatistics',
      tag,
      summary: 'Count templates and reports',
      response: 'ReportStatistics',
      errors: [429, 503],
    }),
  },
  '/api/v1/reports/{id}': {
    parameters: [reportId],
    get: operation({
      id: 'showReport',
      tag,
      summary: 'Show a report and its deliveries',
      response: 'Report',
      errors: readErrors,
    }),
  },
  '/api/v1/reports/{id}/download': {
    parameters: [
      reportId,
      parameter('expires', text, 'From a link in an email: when it expires, in seconds since 1970.'),
      parameter('signature', text, 'From a link in an email.'),
    ],
    get: downloadReport,
  },
  '/api/v1/reports/{id}/resend': {
    parameters: [reportId],
    post: operation({
      id: 'resendReport',
      tag,
      summary: 'Send a report again',
      description:
        'Sends it to the recipients it had when it was created, or to those in the body. The latter can be any addresses and are not added to the report.',
      scope: 'admin',
      body: 'Resend',
      bodyIsOptional: true,
      status: 202,
      response: 'ResentReport',
      errors: [...changeErrors, 409],
    }),
  },
  '/api/v1/reports/{id}/reissue': {
    parameters: [reportId],
    post: operation({
      id: 'reissueReport',
      tag,
      summary: 'Generate a new revision of a report from the current events',
      description: 'The new revision goes to the same recipients and lists what has changed.',
      scope: 'admin',
      status: 202,
      response: 'ReissuedReport',
      errors: [...readErrors, 409],
    }),
  },
};
