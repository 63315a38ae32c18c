import type { DeliverableReport } from './report-to-deliver.js';

/** JSON. `link` downloads the file; undefined if `PUBLIC_URL` is not set. */
export function webhookBody(report: DeliverableReport, link: string | undefined): string {
  const { id, templateId, siteId, firstDay, lastDay, timezone, format, keyFigures, revision, changes } = report;
  return JSON.stringify({
    event: 'report',
    report: {
      ...{ id, template: templateId, title: report.title, site_id: siteId },
      ...{ period: { from: firstDay, to: lastDay, timezone }, format, keyFigures: keyFigures ?? [], revision },
      ...(changes && { changes }),
    },
    ...(link !== undefined && { link }),
  });
}
