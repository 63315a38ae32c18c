import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import { contextColumns } from '@millrace/shared/contract/event-columns';
import type { Pool } from '@millrace/shared/platform/postgres';
import { to as copyTo } from 'pg-copy-streams';
import { fetchJson, jsonPost } from '../load/requests.js';
import { biggestSite } from '../traffic/traffic-sites.js';

interface FinishedExport {
  seconds: number;
  rows: number;
  bytes: number;
}

const pollEveryMs = 20;

interface ExportState {
  id: string;
  status: string;
  rows: number;
  bytes: number;
  error?: string | null;
}

/** Exports as a user does, over HTTP, and times it from the request to the complete file. @throws CommandError when the export fails. */
export async function runExport(
  reportingUrl: string,
  format: string,
  range: [string, string],
): Promise<FinishedExport> {
  const startedAt = performance.now();
  const url = `${reportingUrl}/api/v1/exports`;
  const params = { site_id: biggestSite.id, date_range: range };
  const { id } = await fetchJson<ExportState>(url, jsonPost({ dataset: 'events', params, format }));
  for (;;) {
    const { status, rows, bytes, error } = await fetchJson<ExportState>(`${url}/${id}`);
    if (status === 'completed') return { seconds: (performance.now() - startedAt) / 1_000, rows, bytes };
    if (status === 'failed') throw new CommandError(`The ${format} export failed: ${error}`);
    await sleep(pollEveryMs);
  }
}

/** A report that takes longer is stuck. */
const reportDeadlineMs = 300_000;

const template = {
  name: 'Month of the bench',
  site_id: biggestSite.id,
  schedule: 'monthly',
  dataset: 'activity-trends',
  format: 'pdf',
  isActive: false,
};

/** Seconds and bytes of a PDF report about the days from `first` to `last`. @throws CommandError when it fails. */
export async function timeReport(reportingUrl: string, [first, last]: [string, string]) {
  const { id } = await fetchJson<{ id: string }>(`${reportingUrl}/api/v1/report-templates`, jsonPost(template));
  const startedAt = performance.now();
  const { reports } = await fetchJson<{ reports: { id: string }[] }>(
    `${reportingUrl}/api/v1/report-templates/${id}/generate`,
    jsonPost({ date_range: [first, last] }),
  );
  for (;;) {
    const url = `${reportingUrl}/api/v1/reports/${reports[0]!.id}`;
    const { status, bytes, error } = await fetchJson<{ status: string; bytes: number; error: string | null }>(url);
    if (status === 'generated') return { seconds: (performance.now() - startedAt) / 1_000, bytes };
    if (status === 'failed') throw new CommandError(`The report failed: ${error}`);
    if (performance.now() - startedAt > reportDeadlineMs) throw new CommandError(`The report is still ${status}.`);
    await sleep(pollEveryMs);
  }
}

/** The columns of dataset `events`. */
const columns = [
  ...['timestamp', 'event_id', 'event_type', 'path', 'user_id', 'session_id', 'profile_id', 'referrer', 'properties'],
  ...contextColumns,
].join(', ');

/** Seconds of Postgres' own COPY of the same rows to a file of the client. COPY takes no parameters; none of the values is user input. */
export async function timeCopyOut(pool: Pool, folder: string, [from, to]: [string, string]): Promise<number> {
  const client = await pool.connect();
  try {
    const startedAt = performance.now();
    const text = `copy (select ${columns} from events where site_id = '${biggestSite.id}' and timestamp >= '${from}' and timestamp < '${to}'
      order by timestamp, event_id) to stdout (format csv, header)`;
    await pipeline(client.query(copyTo(text)), createWriteStream(join(folder, 'copy.csv')));
    return (performance.now() - startedAt) / 1_000;
  } finally {
    client.release();
  }
}

const boundary = `/* bench.exportBoundary */
select to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "to" from events
where site_id = $1 order by timestamp, event_id offset $2 limit 1`;

/** A range that starts at `from` and contains about `events` events, or all of them if there are fewer. */
export async function rangeOf(pool: Pool, from: Date, events: number, until: Date): Promise<[string, string]> {
  const { rows } = await pool.query<{ to: string }>(boundary, [biggestSite.id, events]);
  return [from.toISOString(), rows[0]?.to ?? until.toISOString()];
}
