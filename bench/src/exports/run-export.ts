/** Exports asked for as a user does: over HTTP, until the file is complete. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import { jsonPost } from '../query/time-request.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import { askJson } from './ask-json.js';

export interface FinishedExport {
  seconds: number;
  rows: number;
  bytes: number;
}

const checkIntervalMs = 20;

interface ExportState {
  id: string;
  status: string;
  rows: number;
  bytes: number;
  error?: string | null;
}

/** From the request to the complete file. @throws ClearError when the export fails. */
export async function runExport(
  reportingUrl: string,
  format: string,
  range: [string, string],
): Promise<FinishedExport> {
  const startedAt = performance.now();
  const url = `${reportingUrl}/api/v1/exports`;
  const params = { site_id: biggestSite.id, date_range: range };
  const { id } = await askJson<ExportState>(url, jsonPost({ dataset: 'events', params, format }));
  for (;;) {
    const { status, rows, bytes, error } = await askJson<ExportState>(`${url}/${id}`);
    if (status === 'completed') return { seconds: (performance.now() - startedAt) / 1_000, rows, bytes };
    if (status === 'failed') throw new ClearError(`The ${format} export failed: ${error}`);
    await sleep(checkIntervalMs);
  }
}
