/** The view state and its place in the address: short, readable, and tolerant of anything people make of it. */

const valuelessOperators = ['is_set', 'is_not_set'] as const;
const valueOperators = [
  ...(['is', 'is_not', 'contains', 'contains_not', 'starts_with', 'starts_with_not'] as const),
  ...(['ends_with', 'ends_with_not', 'matches', 'matches_not'] as const),
];
const operators = [...valueOperators, ...valuelessOperators] as const;
export type Operator = (typeof operators)[number];
/** A filter of the API. One of the values must match; null means no value. `is_set` and `is_not_set` take no values. */
export type Filter = [operator: Operator, dimension: string, values?: (string | null)[]];

export const takesValues = (operator: Operator) => !(valuelessOperators as readonly string[]).includes(operator);
/** The other operators take strings only. */
export const takesNull = (operator: Operator) => operator === 'is' || operator === 'is_not';

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a filter can match bots; it may be nested in `and` and `or`. */
export function isAboutBots(filter: unknown): boolean {
  if (!Array.isArray(filter)) return false;
  const [operator, about] = filter as [unknown, unknown];
  if (Array.isArray(about) && operator !== 'not') return about.some(isAboutBots);
  return about === 'bot' && !String(operator).includes('not');
}

export const intervals = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Interval = (typeof intervals)[number];

export interface View {
  /** A name such as `30d`, or two dates separated by a comma. */
  range: string;
  /** `previous_period`, `year_over_year`, two dates separated by a comma, or `off`. */
  compare: string;
  match: 'date' | 'weekday';
  /** Undefined: the default of the range. */
  interval?: Interval;
  /** The metric on the chart. */
  metric: string;
  filters: Filter[];
  /** Id of a saved segment. */
  segment?: string;
  /** Id of the goal whose conversions are shown. */
  goal?: string;
  /** IANA name; undefined for the site's. */
  timezone?: string;
  /** The chosen tab of each panel, by panel name. */
  tabs: Record<string, string>;
  /** The panel whose details are open. */
  details?: string;
  /** The definition of a funnel, of retention or of journeys, as JSON. */
  shape?: string;
  /** Id of the saved funnel, retention or journeys. */
  saved?: string;
}

export const defaultView = { range: '30d', compare: 'previous_period', match: 'date', metric: 'visitors' } as const;

// Commas separate values, so a comma inside a value is escaped, and so is the percent sign that starts an escape.
const escapePart = (text: string) => text.replaceAll('%', '%25').replaceAll(',', '%2C');
const readPart = (text: string) => text.replace(/%2C/gi, ',').replaceAll('%25', '%');

// A value that starts with the null marker gets a second one in front.
const nullMarker = '!';
const writeValue = (value: string | null) =>
  value === null ? nullMarker : escapePart(value.startsWith(nullMarker) ? nullMarker + value : value);
function readValue(text: string): string | null {
  if (text === nullMarker) return null;
  return readPart(text.startsWith(nullMarker) ? text.slice(1) : text);
}

const writeFilter = ([operator, dimension, values = []]: Filter) =>
  [operator, escapePart(dimension), ...values.map(writeValue)].join(',');

/** Empty for a filter that the API would reject, as from a truncated address. */
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

/** Characters allowed unescaped in a query string, where they are easier to read. */
const unescaped: Record<string, string> = { '%2C': ',', '%2F': '/', '%3A': ':', '%40': '@' };

/** Parameters of an embedded page, kept across navigation. */
export const embedParams = ['embed', 'theme', 'lang'];

/** The query string, with its question mark and without defaults. Embedding parameters are taken from `earlier`. */
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
