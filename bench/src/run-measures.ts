/** Turns the chosen measures into the text of their results: rows first, then profiles. */
import { join } from 'node:path';
import type { Bench } from './bench.js';
import type { Measure } from './measure-list.js';
import { formatProfile, formatRows } from './results/format-results.js';
import { summarizeProfiles, takeProfiles } from './results/profile.js';
import type { Row } from './row.js';

/** One after the other, since each needs the whole machine. */
export async function runMeasures(bench: Bench, chosen: Measure[]): Promise<string[]> {
  const rows: Row[] = [];
  const profiles: string[] = [];
  for (const { name, run } of chosen) {
    process.stdout.write(`${name}:\n`);
    rows.push(...(await run(bench)));
    if (bench.profileFolder) profiles.push(...formatProfiles(bench.profileFolder, name));
  }
  return [...formatRows(rows), ...profiles];
}

function formatProfiles(folder: string, measure: string): string[] {
  return ['ingestion', 'processor', 'reporting'].flatMap((service) => {
    const profiles = takeProfiles(join(folder, service));
    return profiles ? ['', ...formatProfile(`${service}, measure ${measure}`, summarizeProfiles(profiles))] : [];
  });
}
