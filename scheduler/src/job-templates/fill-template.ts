/** What a template's placeholders, such as `{{date}}`, become when a job is made of it. */
import { checkJobData } from '@millrace/shared/contract/jobs';
import { addDays, dayOf } from '@millrace/shared/time/zone-days';

export interface TemplateData {
  queue: string;
  job: string;
  /** Any text in it may be a placeholder or hold some. */
  data: Record<string, unknown>;
  /** Values of placeholders that are given none. */
  params: Record<string, unknown>;
}

/** What the placeholders are filled with. */
export interface Filling {
  /** The slot of a schedule, or now. */
  at: Date;
  /** Days and months are this zone's. */
  timezone: string;
  siteId?: string | undefined;
  params: Record<string, unknown>;
}

export interface TemplateProblem {
  problem: string;
  /** `site_id`, `params.…` or `data.…`. */
  field: string;
}

export type FilledData =
  | { data: Record<string, unknown>; problem?: undefined; field?: undefined }
  | (TemplateProblem & { data?: undefined });

const clock = {
  now: (at: Date) => at.toISOString(),
  date: dayOf,
  yesterday: (at: Date, zone: string) => addDays(dayOf(at, zone), -1),
  month: (at: Date, zone: string) => dayOf(at, zone).slice(0, 7),
  previous_month: (at: Date, zone: string) => addDays(`${dayOf(at, zone).slice(0, 7)}-01`, -1).slice(0, 7),
} satisfies Record<string, (at: Date, zone: string) => string>;

/** Placeholders that need no value from anybody, and the one that is a site's. */
export const reservedNames: readonly string[] = [...Object.keys(clock), 'site_id'];

export const placeholderName = /^[a-z][a-z0-9_]{0,63}$/;
const placeholder = /\{\{\s*([a-z][a-z0-9_]{0,63})\s*\}\}/g;
const onePlaceholder = /^\{\{\s*([a-z][a-z0-9_]{0,63})\s*\}\}$/;

/** A text of a template's data, with its place. */
export interface TemplateText {
  text: string;
  field: string;
  placeholders: string[];
}

/** Every text in the data; of the template's, not of what it is filled with, so that it is as flat as a body may be. */
export function textsOf(value: unknown, field = 'data'): TemplateText[] {
  if (typeof value === 'string') {
    return [{ text: value, field, placeholders: [...value.matchAll(placeholder)].map(([, name]) => name!) }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, `${field}.${key}`));
}

export const placeholdersOf = (data: object): Set<string> =>
  new Set(textsOf(data).flatMap(({ placeholders }) => placeholders));

/** True for a text that holds something like a placeholder that is not one. */
export const holdsOtherBraces = (text: string) => text.replace(placeholder, '').includes('{{');

const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** What is wrong before anything is filled in: values for placeholders that are not there, or none for those that are. */
function findMissing({ data, params }: TemplateData, { siteId, params: given }: Filling): TemplateProblem | undefined {
  const names = [...placeholdersOf(data)];
  const taken = names.filter((name) => !reservedNames.includes(name));
  const unknown = Object.keys(given).find((name) => !taken.includes(name));
  if (unknown !== undefined && reservedNames.includes(unknown))
    return { problem: `{{${unknown}}} is not a parameter: it is filled in by itself.`, field: `params.${unknown}` };
  if (unknown !== undefined) {
    const known = taken.length > 0 ? `its parameters are ${taken.join(', ')}` : 'it has no parameters';
    return { problem: `The template has no {{${unknown}}}: ${known}.`, field: `params.${unknown}` };
  }
  if (siteId !== undefined && !names.includes('site_id'))
    return { problem: 'The template has no {{site_id}}, so that it takes no site.', field: 'site_id' };
  if (siteId === undefined && names.includes('site_id'))
    return { problem: 'The template has {{site_id}}: name a site.', field: 'site_id' };
  const missing = taken.find((name) => !Object.hasOwn(given, name) && !Object.hasOwn(params, name));
  if (missing === undefined) return undefined;
  return {
    problem: `The template has {{${missing}}} without a default: give it a value.`,
    field: `params.${missing}`,
  };
}

function valuesOf({ params }: TemplateData, { at, timezone, siteId, params: given }: Filling): Map<string, unknown> {
  const fromClock = Object.entries(clock).map(([name, read]) => [name, read(at, timezone)] as const);
  return new Map<string, unknown>([
    ...Object.entries(params),
    ...Object.entries(given),
    ...fromClock,
    ['site_id', siteId],
  ]);
}

function fillValue(value: unknown, values: Map<string, unknown>): unknown {
  if (typeof value === 'string') {
    const name = onePlaceholder.exec(value)?.[1];
    if (name !== undefined) return values.get(name);
    return value.replace(placeholder, (_text, each: string) => String(values.get(each)));
  }
  if (Array.isArray(value)) return value.map((each) => fillValue(each, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillValue(each, values)]));
}

/** A list or an object can be a whole value, but not a part of a text. */
function findMisplaced(data: object, values: Map<string, unknown>): TemplateProblem | undefined {
  for (const { text, field, placeholders } of textsOf(data)) {
    const name = onePlaceholder.test(text) ? undefined : placeholders.find((each) => !isPlain(values.get(each)));
    if (name === undefined) continue;
    const problem = `{{${name}}} is a part of a text in ${field}: its value must be a text, a number, true or false.`;
    return { problem, field: `params.${name}` };
  }
  return undefined;
}

/**
 * The data with every placeholder filled in. A text that is nothing but a placeholder becomes the value itself, which may be a
 * number or a list; within a longer text it becomes a part of that.
 */
export function fillTemplate(template: TemplateData, filling: Filling): FilledData {
  const missing = findMissing(template, filling);
  if (missing) return missing;
  const values = valuesOf(template, filling);
  return findMisplaced(template.data, values) ?? { data: fillValue(template.data, values) as Record<string, unknown> };
}

/** The same, checked by the contract of the job. */
export function templateData(template: TemplateData, filling: Filling): FilledData {
  const filled = fillTemplate(template, filling);
  if (filled.problem !== undefined) return filled;
  const checked = checkJobData(template.queue, template.job, filled.data);
  return checked.problem === undefined ? filled : checked;
}
