/** Which version a browser has on a day. */

const dayMs = 86_400_000;

interface Releases {
  version: number;
  /** The day on which it came out. */
  since: string;
  /** Days from one major version to the next. */
  everyDays: number;
}

const chromium: Releases = { version: 142, since: '2025-10-28', everyDays: 28 };

/** From the release calendars: chromiumdash.appspot.com/schedule, whattrainisitnow.com; the rest goes on as it was in 2025. */
const releases: Readonly<Record<string, Releases>> = {
  Chrome: chromium,
  Edge: chromium,
  Brave: chromium,
  Opera: { ...chromium, version: 124 },
  Firefox: { version: 145, since: '2025-11-11', everyDays: 28 },
  'Samsung Internet': { version: 29, since: '2025-11-01', everyDays: 120 },
};

/** The major version that came out `behind` versions before the newest one at the time; undefined for browsers that are not in the table. */
export function browserVersion(browser: string, atMs: number, behind: number): string | undefined {
  const known = releases[browser];
  if (known === undefined) return undefined;
  const days = (atMs - Date.parse(known.since)) / dayMs;
  return String(Math.max(1, known.version + Math.floor(days / known.everyDays) - behind));
}
