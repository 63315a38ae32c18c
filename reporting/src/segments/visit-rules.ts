/** How a site's visits are defined, for the engine. */
import type { TimeRange } from '../query/resolved-query.js';
import { passiveTypes, visitMarginMs } from '../query/visits-sql.js';
import type { VisitPlan } from './number-visits.js';
import type { ReadParts } from './read-parts.js';

/** Columns that visits depend on. */
export const visitColumns = ['event_type', 'path'];

export const widenForVisits = ({ from, to }: TimeRange): TimeRange => ({
  from: new Date(from.getTime() - visitMarginMs),
  to: new Date(to.getTime() + visitMarginMs),
});

/** The rules in terms of the site's codes. */
export function visitRules({ site, values }: ReadParts): VisitPlan {
  const types = values.get('event_type')!;
  return {
    gapMicros: site.sessionMinutes * 60_000_000,
    viewCode: types.codeOf('view'),
    passiveCodes: passiveTypes.map((type) => types.codeOf(type)),
  };
}
