import { dayMs } from '@millrace/shared/time/durations';
import type { SenderEnvironment } from '../send/sender-config.js';
import type { SeedOptions } from './seed-options.js';
import type { SeedTally } from './send-traffic.js';

const REPORTING_PORT = '4000';

export interface Sent {
  tally: SeedTally;
  /** Whether all events were sent. */
  isWhole: boolean;
}

/** The text that the command prints at the end. */
export function seedSummary(options: SeedOptions, { tally, isWhole }: Sent, environment: SenderEnvironment): string {
  const { siteId, firstDay, lastDay } = options;
  const days = Math.round((Date.parse(lastDay) - Date.parse(firstDay)) / dayMs) + 1;
  const range = days === 1 ? lastDay : `from ${firstDay} to ${lastDay}`;
  const rows = countRows(tally, isWhole).map(
    ([row, count]) => `  ${row.padEnd(12)} ${count.toLocaleString('en').padStart(14)}`,
  );
  return [
    ...tally.firstRejected.map((message) => `Rejected by the server: ${message}`),
    `${days.toLocaleString('en')} day${days === 1 ? '' : 's'} of traffic, ${range} (UTC), for site ${siteId}:`,
    ...rows,
    ...(tally.accepted === 0 ? [] : ['', ...nextSteps(options, environment)]),
    '',
  ].join('\n');
}

function countRows({ accepted, rejected, visitors, botEvents }: SeedTally, isWhole: boolean): [string, number][] {
  const rows: [string, number][] = [['events', accepted]];
  if (isWhole) rows.push(['by bots', botEvents], ['visitors', visitors]);
  if (rejected > 0) rows.push(['rejected', rejected]);
  return rows;
}

function nextSteps(options: SeedOptions, environment: SenderEnvironment): string[] {
  const { siteId: site_id, firstDay, lastDay } = options;
  const query = {
    ...{ site_id, metrics: ['visitors', 'views'], date_range: [firstDay, lastDay], dimensions: ['visit:source'] },
    pagination: { limit: 10 },
  };
  const { url, header } = reportingOf(options, environment);
  const json = `-H 'content-type: application/json' -d '${JSON.stringify(query)}'`;
  return [
    'Accepted events are safe in the queue, and will be stored within seconds. Then query where the visitors came from:',
    '',
    `  curl ${header}${url}/api/v1/query ${json}`,
    '',
    'Run the same command again at any time: it adds new days, and nothing is counted twice.',
  ];
}

/** Reporting of the Millrace in the environment; for another URL, the default port is assumed. */
function reportingOf({ url, isFound }: SeedOptions, environment: SenderEnvironment): { url: string; header: string } {
  const { MILLRACE_REPORTING_URL: reportingUrl, MILLRACE_READ_KEY_FILE: keyFile } = environment;
  if (isFound && reportingUrl !== undefined) {
    const header = keyFile === undefined ? '' : `-H "Authorization: Bearer $(cat '${keyFile}')" `;
    return { url: reportingUrl.replace(/\/+$/, ''), header };
  }
  const guess = new URL(url);
  guess.port = REPORTING_PORT;
  return { url: guess.origin, header: '' };
}
