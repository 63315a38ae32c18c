/** Whether an event matches a filter, by the definitions of docs/query.md. */
import type { Condition, Filter } from '@millrace/reporting/query/resolved-query';
import type { PlainEvent } from './events.js';
import { type VisitOf, valueIn } from './visits.js';

type Test = (value: string, texts: string[], ignoreCase: boolean) => boolean;

/** Numeric texts of random properties are exact in a double, except for differences that no filter can see. */
const numberOf = (text: string) => (/^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN);

const tests: Record<string, Test> = {
  is: (value, texts) => texts.includes(value),
  contains: (value, texts) => texts.some((text) => value.includes(text)),
  starts_with: (value, texts) => texts.some((text) => value.startsWith(text)),
  ends_with: (value, texts) => texts.some((text) => value.endsWith(text)),
  matches: (value, texts, ignoreCase) => texts.some((text) => new RegExp(text, ignoreCase ? 'iu' : 'u').test(value)),
  greater: (value, [bound]) => numberOf(value) > Number(bound),
  greater_or_equal: (value, [bound]) => numberOf(value) >= Number(bound),
  less: (value, [bound]) => numberOf(value) < Number(bound),
  less_or_equal: (value, [bound]) => numberOf(value) <= Number(bound),
  between: (value, [least, most]) => numberOf(value) >= Number(least) && numberOf(value) <= Number(most),
};

/** Evaluates a condition without negation. */
function passes(test: string, { dimension, values, ignoreCase }: Condition, value: string | null): boolean {
  if (test === 'is_set') return value !== null && !(isReferrer(dimension) && value === 'direct');
  if (value === null) return test === 'is' && values.includes(null);
  const texts = values.filter((text) => text !== null);
  const lower = (text: string) => (ignoreCase && test !== 'matches' ? text.toLowerCase() : text);
  return tests[test]!(lower(value), texts.map(lower), ignoreCase === true);
}

const isReferrer = (dimension: string) => dimension === 'referrer' || dimension === 'visit:referrer';

const denials: Record<string, string> = { is_not_set: 'is_set' };

function fitsCondition(event: PlainEvent, condition: Condition, visitOf: VisitOf): boolean {
  const { op, dimension } = condition;
  const test = denials[op] ?? op.replace(/_not$/, '');
  return passes(test, condition, valueIn(event, dimension, visitOf)) === (test === op);
}

type Fits = (event: PlainEvent) => boolean;

/** Many filters share a condition, so each is evaluated once per event. */
const matchCache = new WeakMap<VisitOf, WeakMap<Condition, Map<PlainEvent, boolean>>>();

function conditionFits(condition: Condition, visitOf: VisitOf): Fits {
  const ofVisits = matchCache.get(visitOf) ?? new WeakMap<Condition, Map<PlainEvent, boolean>>();
  matchCache.set(visitOf, ofVisits);
  const found = ofVisits.get(condition) ?? new Map<PlainEvent, boolean>();
  ofVisits.set(condition, found);
  return (event) => {
    const before = found.get(event);
    if (before !== undefined) return before;
    const fits = fitsCondition(event, condition, visitOf);
    found.set(event, fits);
    return fits;
  };
}

/** Without a filter, every event matches. */
export function filterFits(filter: Filter | undefined, visitOf: VisitOf): Fits {
  if (filter === undefined) return () => true;
  if ('filter' in filter) {
    const inner = filterFits(filter.filter, visitOf);
    return (event) => !inner(event);
  }
  if (!('filters' in filter)) return conditionFits(filter, visitOf);
  const all = filter.filters.map((each) => filterFits(each, visitOf));
  if (filter.op === 'and') return (event) => all.every((each) => each(event));
  return (event) => all.some((each) => each(event));
}
