/** Journeys by the definition in docs/behaviour.md, visit by visit. */
import type { Journeys, JourneysParams } from '@millrace/reporting/journeys/journey';
import { isBetween, type PlainEvent, type PlainSite } from './events.js';
import { filterFits } from './filter.js';
import { type PlainVisit, plainVisits, type VisitOf } from './visits.js';

type Steps = (string | null)[];

/** Undefined for a visit without a journey. */
function wayOf(visit: PlainVisit, params: JourneysParams, visitOf: VisitOf): Steps | undefined {
  const { range, filter, mark, steps: most, dimension } = params;
  const fits = filterFits(filter, visitOf);
  const isStep = (event: PlainEvent) =>
    isBetween(event, range) && (dimension !== 'path' || event.event_type === 'view') && fits(event);
  const events = visit.events.filter(isStep);
  const isMarked = filterFits(mark?.filter, visitOf);
  const [from, to] =
    mark?.at === 'end' ? [0, events.findLastIndex(isMarked) + 1] : [events.findIndex(isMarked), events.length];
  if (from < 0 || to === 0) return undefined;
  const names = events.slice(from, to).map((event) => event[dimension]);
  const steps: Steps = names.filter((name, at) => at === 0 || name !== names[at - 1]);
  const missing = new Array<null>(Math.max(0, most - steps.length)).fill(null);
  return mark?.at === 'end' ? [...missing, ...steps.slice(-most)] : [...steps.slice(0, most), ...missing];
}

function compareSteps(a: Steps, b: Steps): number {
  for (const [at, step] of a.entries()) {
    const other = b[at]!;
    if (step === other) continue;
    if (step === null || other === null) return step === null ? 1 : -1;
    return Buffer.compare(Buffer.from(step), Buffer.from(other));
  }
  return 0;
}

export function countJourneysPlainly(site: PlainSite, params: JourneysParams): Journeys {
  const visitOf = plainVisits(site, params.range);
  const ways = new Map<string, { steps: Steps; visits: PlainVisit[] }>();
  for (const visit of new Set(visitOf.values())) {
    const steps = wayOf(visit, params, visitOf);
    if (steps === undefined) continue;
    const name = JSON.stringify(steps);
    ways.set(name, { steps, visits: [...(ways.get(name)?.visits ?? []), visit] });
  }
  const usersOf = (visits: PlainVisit[]) => new Set(visits.map(({ user }) => user)).size;
  const journeys = [...ways.values()].map(({ steps, visits }) => ({
    ...{ steps, visits: visits.length, visitors: usersOf(visits) },
  }));
  journeys.sort((a, b) => b.visits - a.visits || compareSteps(a.steps, b.steps));
  const all = [...ways.values()].flatMap(({ visits }) => visits);
  return { journeys: journeys.slice(0, params.limit), total: { visits: all.length, visitors: usersOf(all) } };
}
