/** The mix that users ask, each time with other values: askers of the very same question would share one computation. */

import { browsers, countries } from '../traffic/make-dimensions.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import type { QueryCase } from './query-case.js';
import { type Letter, mixedCases, type Values } from './query-cases.js';

const sections = ['blog', 'docs', 'news', 'help', 'products', 'guides', 'archive'];
const devices = ['mobile', 'desktop'];
const plans = ['pro', 'free', 'team'];

const at = (values: readonly string[], turn: number) => values[turn % values.length]!;

function valuesOf(siteId: string, turn: number): Values {
  return {
    siteId,
    country: at(countries.slice(0, 10), turn),
    browser: at(browsers.slice(0, 3), Math.floor(turn / 10)),
    referrer: `referrer-${turn % 20}.example`,
    device: at(devices, Math.floor(turn / 20)),
    plan: at(plans, turn),
    section: at(sections, turn),
    pages: 10 + (turn % 50),
  };
}

/** The question of a turn. `letters` are those that reporting knows. */
export function mixedQuestion(nowMs: number, turn: number, letters: Letter[], siteId = biggestSite.id): QueryCase {
  const cases = mixedCases(nowMs, valuesOf(siteId, Math.floor(turn / letters.length)));
  return cases[letters[turn % letters.length]!];
}
