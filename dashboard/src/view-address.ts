/** What is looked at, and how an address says so: short, readable, and never failing, whatever somebody made of it. */

const valuelessOperators = ['is_set', 'is_not_set'] as const;
const valueOperators = [
  ...(['is', 'is_not', 'contains', 'contains_not', 'starts_with', 'starts_with_not'] as const),
  ...(['ends_with', 'ends_with_not', 'matches', 'matches_not'] as const),
];
const operators = [...valueOperators, ...valuelessOperators] as const;
export type Operator = (typeof operators)[number];
/** As the API takes it: an operator, what it is about, and the values of which one has to fit; null is no value. `is_set` and `is_not_set` have no values. */
export type Filter = [operator: Operator, dimension: string, values?: (string | null)[]];

export const takesValues = (operator: Operator) => !(valuelessOperators as readonly string[]).includes(operator);
/** Of the others the API takes texts alone. */
export const takesNull = (operator: Operator) => operator === 'is' || operator === 'is_not';

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether some bot fits a filter, which may be one that joins others with `and` and `or`. */
export function isAboutBots(filter: unknown): boolean {
  if (!Array.isArray(filter)) return false;
  const [operator, about] = filter as [unknown, unknown];
  if (Array.isArray(about) && operator !== 'not') return about.some(isAboutBots);
  return about === 'bot' && !String(operator).includes('not');
}

export const intervals = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof intervals)[number];

export interface View {
  /** A name such as `30d`, or two dates with a comma between them. */
  range: string;
  /** `previous_period`, `year_over_year`, two dates with a comma between them, or `off`. */
  compare: string;
  match: 'date' | 'weekday';
  /** Undefined: as fits the range. */
  interval?: Interval;
  /** What the chart shows. */
  metric: string;
  filters: Filter[];
  /** Id of a saved segment. */
  segment?: string;
  /** Id of the goal whose conversions are shown. */
  goal?: string;
  /** IANA name; undefined: the one of the site. */
  timezone?: string;
  /** The chosen tab of each panel, by its name. */
  tabs: Record<string, string>;
  /** The panel whose whole list is open. */
  details?: string;
  /** What a page beside the main one asks, such as the steps of a funnel, as JSON. */
  shape?: string;
  /** Id of the funnel, retention or journeys that were saved, of which this is one. */
  saved?: string;
}

export const defaultView = { range: '30d', compare: 'previous_period', match: 'date', metric: 'visitors' } as const;

// A comma parts values, so one within a value is written otherwise, and so is what begins such a writing.
const escapePart = (text: string) => text.replaceAll('%', '%25').replaceAll(',', '%2C');
const readPart = (text: string) => text.replace(/%2C/gi, ',').replaceAll('%25', '%');

// A text that begins like "no value" gets another one of its first character in front.
const nullMarker = '!';
const writeValue = (value: string | null) =>
  value === null ? nullMarker : escapePart(value.startsWith(nullMarker) ? nullMarker + value : value);
function readValue(text: string): string | null {
  if (text === nullMarker) return null;
  return readPart(text.startsWith(nullMarker) ? text.slice(1) : text);
}

const writeFilter = ([operator, dimension, values = []]: Filter) =>
  [operator, escapePart(dimension), ...values.map(writeValue)].join(',');

/** None where it is not one that the API would take: somebody has cut the address. */
function readFilter(text: string): Filter[] {
  const [name, dimension, ...written] = text.split(',');
  const operator = operators.find((operator) => operator === name);
  if (!operator || !dimension) return [];
  if (!takesValues(operator)) return [[operator, readPart(dimension)]];
  const values = written.map(readValue).filter((value) => value !== null || takesNull(operator));
  return values.length === 0 ? [] : [[operator, readPart(dimension), values]];
}

const tabPrefix = 'tab.';

export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const text = (name: string) => parameters.get(name) || undefined;
  const optional = {
    interval: intervals.find((name) => name === text('interval')),
    ...{ segment: text('segment'), goal: text('goal'), timezone: text('tz'), details: text('details') },
    ...{ shape: text('shape'), saved: text('saved') },
  };
  return {
    range: text('range') ?? defaultView.range,
    compare: text('compare') ?? defaultView.compare,
    match: text('match') === 'weekday' ? 'weekday' : 'date',
    metric: text('metric') ?? defaultView.metric,
    filters: parameters.getAll('f').flatMap(readFilter),
    tabs: Object.fromEntries(
      [...parameters].flatMap(([name, value]) =>
        name.startsWith(tabPrefix) ? [[name.slice(tabPrefix.length), value]] : [],
      ),
    ),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<View>),
  };
}

/** Characters that may stand in the query of an address as they are, and are easier to read so. */
const unescaped: Record<string, string> = { '%2C': ',', '%2F': '/', '%3A': ':', '%40': '@' };

/** How an embedded page looks stays with it. */
export const embedParams = ['embed', 'theme', 'lang'];

/** The part of an address after the path, with its question mark; what is as by default is left out. `earlier` is the one that it replaces. */
export function writeView(view: View, earlier = ''): string {
  const parameters = new URLSearchParams();
  const { range, compare, match, metric, filters, tabs, timezone, ...rest } = view;
  for (const [name, value] of Object.entries({ range, compare, match, metric })) {
    if (value !== defaultView[name as keyof typeof defaultView]) parameters.set(name, value);
  }
  for (const filter of filters) parameters.append('f', writeFilter(filter));
  for (const [name, value] of Object.entries({ ...rest, tz: timezone })) if (value) parameters.set(name, value);
  for (const [panel, tab] of Object.entries(tabs)) parameters.set(tabPrefix + panel, tab);
  const before = new URLSearchParams(earlier);
  for (const name of embedParams) if (before.get(name)) parameters.set(name, before.get(name)!);
  const text = parameters.toString().replace(/%(2C|2F|3A|40)/g, (written) => unescaped[written]!);
  return text === '' ? '' : `?${text}`;
}
