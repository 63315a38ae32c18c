/** Retention by the definition in docs/behaviour.md, visitor by visitor. */
import { compareTexts } from '@millrace/reporting/query/page-rows';
import {
  emptyTable,
  type Returns,
  type ReturnsParams,
  type ReturnTable,
} from '@millrace/reporting/retention/return-table';
import { isBetween, type PlainEvent, type PlainSite } from './events.js';
import { filterFits } from './filter.js';
import { plainVisits, valueIn } from './visits.js';

interface Returning {
  cohort: number;
  periods: Set<number>;
  value: string | null;
}

function tableOf(visitors: Returning[], periods: number): ReturnTable {
  const table = emptyTable(periods);
  for (const { cohort, periods: returned } of visitors) {
    table.sizes[cohort]! += 1;
    for (const period of returned) table.returned[cohort * periods + period]! += 1;
  }
  return table;
}

function visitorsOf(site: PlainSite, { bounds, filter, first, returning, breakdown }: ReturnsParams): Returning[] {
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const visitOf = plainVisits(site, range);
  const [isChosen, isFirst, isReturn] = [filter, first, returning].map((each) => filterFits(each, visitOf));
  const events = new Map<string, PlainEvent[]>();
  for (const event of site.events) {
    const { user } = event;
    if (user === null || !isBetween(event, range) || !isChosen!(event)) continue;
    events.set(user, [...(events.get(user) ?? []), event]);
  }
  const periodOf = ({ micros }: PlainEvent) => bounds.findLastIndex((bound) => bound.getTime() * 1_000 <= micros);
  return [...events.values()].flatMap((own) => {
    const begin = own.find(isFirst!);
    if (begin === undefined) return [];
    const again = own.filter((event) => event.micros > begin.micros && isReturn!(event));
    const value = breakdown ? valueIn(begin, breakdown, visitOf) : null;
    return [{ cohort: periodOf(begin), periods: new Set(again.map(periodOf)), value }];
  });
}

export function countReturnsPlainly(site: PlainSite, params: ReturnsParams): Returns {
  const periods = params.bounds.length - 1;
  const visitors = visitorsOf(site, params);
  const whole = tableOf(visitors, periods);
  if (!params.breakdown) return { total: whole, byValue: [] };
  const values = new Map<string | null, Returning[]>();
  for (const visitor of visitors) values.set(visitor.value, [...(values.get(visitor.value) ?? []), visitor]);
  const byText = (a: string | null, b: string | null) =>
    a === null || b === null ? Number(a === null) - Number(b === null) : compareTexts(a, b);
  const tops = [...values].sort(([a, ofA], [b, ofB]) => ofB.length - ofA.length || byText(a, b));
  const ofValues = tops.slice(0, params.breakdownLimit).map(([value, of]) => ({ value, table: tableOf(of, periods) }));
  return { total: whole, byValue: ofValues };
}
