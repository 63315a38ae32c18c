/** What is looked at: range, comparison, filters, tabs. All of it is in the address, so that Back, bookmarks and links to colleagues work. */
import { computed } from '@preact/signals';
import { address, goTo } from './place.ts';

export type Operator =
  | 'is'
  | 'is_not'
  | 'contains'
  | 'contains_not'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | 'matches_not';
/** As the API takes it: an operator, what it is about, and the values of which one has to fit; null is no value. */
export type Filter = [operator: Operator, dimension: string, values: (string | null)[]];

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
}

export const defaultView = { range: '30d', compare: 'previous_period', match: 'date', metric: 'visitors' } as const;

// A text that begins like "no value" gets another one of its first character in front.
const none = '!';
const writeValue = (value: string | null) =>
  value === null ? none : encodeURIComponent(value.startsWith(none) ? none + value : value);
function readValue(text: string): string | null {
  const value = decodeURIComponent(text);
  if (value === none) return null;
  return value.startsWith(none) ? value.slice(1) : value;
}

const writeFilter = ([operator, dimension, values]: Filter) =>
  [operator, encodeURIComponent(dimension), ...values.map(writeValue)].join(',');

function readFilter(text: string): Filter[] {
  const [operator, dimension, ...values] = text.split(',');
  if (!operator || !dimension || values.length === 0) return [];
  try {
    return [[operator as Operator, decodeURIComponent(dimension), values.map(readValue)]];
  } catch {
    // Somebody has cut the address.
    return [];
  }
}

const tabPrefix = 'tab.';

export function readView(search: string): View {
  const parameters = new URLSearchParams(search);
  const text = (name: string) => parameters.get(name) || undefined;
  const interval = intervals.find((name) => name === text('interval'));
  const optional = {
    interval,
    segment: text('segment'),
    goal: text('goal'),
    timezone: text('tz'),
    details: text('details'),
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

/** The part of an address after the path, with its question mark; what is as by default is left out. */
export function writeView(view: View): string {
  const parameters = new URLSearchParams();
  const { range, compare, match, metric, filters, tabs, timezone, ...rest } = view;
  for (const [name, value] of Object.entries({ range, compare, match, metric })) {
    if (value !== defaultView[name as keyof typeof defaultView]) parameters.set(name, value);
  }
  for (const [name, value] of Object.entries({ ...rest, tz: timezone })) if (value) parameters.set(name, value);
  for (const filter of filters) parameters.append('f', writeFilter(filter));
  for (const [panel, tab] of Object.entries(tabs)) parameters.set(tabPrefix + panel, tab);
  // How an embedded page looks stays with it.
  for (const name of ['embed', 'theme', 'lang']) {
    const value = new URLSearchParams(address.value.search).get(name);
    if (value) parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

export const view = computed(() => readView(address.value.search));

/** The address of this page with another view. */
export const viewAddress = (change: { [Name in keyof View]?: View[Name] | undefined }): string =>
  location.pathname + writeView({ ...view.value, ...change } as View);

export const changeView = (
  change: { [Name in keyof View]?: View[Name] | undefined },
  options?: { replace?: boolean },
) => goTo(viewAddress(change), options);

const same = (a: Filter, b: Filter) => JSON.stringify(a) === JSON.stringify(b);

export function addFilter(filter: Filter): void {
  const { filters } = view.value;
  if (!filters.some((other) => same(other, filter))) changeView({ filters: [...filters, filter], details: undefined });
}

export const removeFilter = (filter: Filter) =>
  changeView({ filters: view.value.filters.filter((other) => !same(other, filter)) });
