import { dayMs } from '@millrace/shared/time/durations';

interface Releases {
  version: number;
  /** Release day. */
  since: string;
  /** Days between major versions. */
  everyDays: number;
}

const chromium: Releases = { version: 142, since: '2025-10-28', everyDays: 28 };

/** From the release calendars chromiumdash.appspot.com/schedule and whattrainisitnow.com; later releases are extrapolated from 2025. */
const releases: Readonly<Record<string, Releases>> = {
  Chrome: chromium,
  Edge: chromium,
  Brave: chromium,
  Opera: { ...chromium, version: 124 },
  Firefox: { version: 145, since: '2025-11-11', everyDays: 28 },
  'Samsung Internet': { version: 29, since: '2025-11-01', everyDays: 120 },
};

/** The major version `behind` versions before the latest on that day; undefined for browsers that are not in the table. */
export function browserVersion(browser: string, atMs: number, behind: number): string | undefined {
  const known = releases[browser];
  if (known === undefined) return undefined;
  const days = (atMs - Date.parse(known.since)) / dayMs;
  return String(Math.max(1, known.version + Math.floor(days / known.everyDays) - behind));
}
