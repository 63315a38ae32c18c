/** The memory of a reporting service: after its start, and while it answers mixed questions about all sites. */
import { type Bench, withClosing } from '../bench.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { onlyBiggestSite, trafficSites } from '../traffic/traffic-sites.js';
import { askKnown } from './ask-case.js';
import { mixedQuestion } from './mixed-questions.js';
import type { Letter } from './query-cases.js';

export interface ReportingMemory {
  idleMb: number;
  /** After each round of questions. */
  roundsMb: number[];
  peakMb: number;
}

const questionsOfSite = 2;

/** Each round asks about every site, in another order of questions. */
export const measureMemoryOfReporting = (
  bench: Bench,
  { url }: Database,
  letters: Letter[],
): Promise<ReportingMemory> =>
  withClosing(bench, async (closing) => {
    const reporting = await startReporting(bench, closing, { DATABASE_URL: url, CACHE_MB: '0' });
    const idleMb = reporting.rssMb();
    const roundsMb: number[] = [];
    const sites = bench.settings.query.allSites ? trafficSites : onlyBiggestSite;
    let turn = 0;
    const now = Date.now();
    for (let round = 0; round < bench.settings.query.memoryRounds; round += 1) {
      bench.stopped.throwIfAborted();
      for (const { id } of sites) {
        for (let number = 0; number < questionsOfSite; number += 1) {
          await askKnown(reporting.url, mixedQuestion(now, turn, letters, id));
          turn += 1;
        }
      }
      // So that no site is asked the same again.
      turn += 1;
      roundsMb.push(reporting.rssMb());
    }
    return { idleMb, roundsMb, peakMb: reporting.peakRssMb() };
  });
