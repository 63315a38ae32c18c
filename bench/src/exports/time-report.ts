/** How long it takes to generate a report. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import { jsonPost } from '../query/time-request.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import { askJson } from './ask-json.js';

const checkIntervalMs = 20;
/** Longer than a report takes that is not stuck. */
const deadlineMs = 300_000;

const template = {
  name: 'Month of the bench',
  site_id: biggestSite.id,
  schedule: 'monthly',
  dataset: 'activity-trends',
  format: 'pdf',
  isActive: false,
};

/** Seconds and bytes of the PDF report of the days from `first` to `last`. @throws ClearError when it fails. */
export async function timeReport(reportingUrl: string, [first, last]: [string, string]) {
  const { id } = await askJson<{ id: string }>(`${reportingUrl}/api/v1/report-templates`, jsonPost(template));
  const startedAt = performance.now();
  const { reports } = await askJson<{ reports: { id: string }[] }>(
    `${reportingUrl}/api/v1/report-templates/${id}/generate`,
    jsonPost({ date_range: [first, last] }),
  );
  for (;;) {
    const url = `${reportingUrl}/api/v1/reports/${reports[0]!.id}`;
    const { status, bytes, error } = await askJson<{ status: string; bytes: number; error: string | null }>(url);
    if (status === 'generated') return { seconds: (performance.now() - startedAt) / 1_000, bytes };
    if (status === 'failed') throw new ClearError(`The report failed: ${error}`);
    if (performance.now() - startedAt > deadlineMs) throw new ClearError(`The report is still ${status}.`);
    await sleep(checkIntervalMs);
  }
}
