/** Fills the placeholders of a template, such as `{{date}}`. */
import { checkJobData } from '@millrace/shared/contract/jobs';
import { addDays, dayOf } from '@millrace/shared/time/zone-days';

export interface TemplateData {
  queue: string;
  job: string;
  /** Any text in it may be or contain placeholders. */
  data: Record<string, unknown>;
  /** Default values of placeholders. */
  params: Record<string, unknown>;
}

/** The values for the placeholders. */
export interface FillContext {
  /** The slot of a schedule, or the current time. */
  at: Date;
  /** Time zone of days and months. */
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

/** Placeholders that are filled in automatically, and `site_id`. */
export const reservedNames: readonly string[] = [...Object.keys(clock), 'site_id'];

export const placeholderName = /^[a-z][a-z0-9_]{0,63}$/;
const placeholder = /\{\{\s*([a-z][a-z0-9_]{0,63})\s*\}\}/g;
const onePlaceholder = /^\{\{\s*([a-z][a-z0-9_]{0,63})\s*\}\}$/;

/** A text in a template's data. */
export interface TemplateText {
  text: string;
  field: string;
  placeholders: string[];
}

/** Every text in the data of a template. Recursion is safe, as request bodies have limited nesting. */
export function textsOf(value: unknown, field = 'data'): TemplateText[] {
  if (typeof value === 'string') {
    return [{ text: value, field, placeholders: [...value.matchAll(placeholder)].map(([, name]) => name!) }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, `${field}.${key}`));
}

export const placeholdersOf = (data: object): Set<string> =>
  new Set(textsOf(data).flatMap(({ placeholders }) => placeholders));

/** True for a text with `{{` outside of valid placeholders. */
export const holdsOtherBraces = (text: string) => text.replace(placeholder, '').includes('{{');

const isScalar = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

/** Unknown or missing parameters. */
function findMissing(
  { data, params }: TemplateData,
  { siteId, params: given }: FillContext,
): TemplateProblem | undefined {
  const names = [...placeholdersOf(data)];
  const parameters = names.filter((name) => !reservedNames.includes(name));
  const unknown = Object.keys(given).find((name) => !parameters.includes(name));
  if (unknown !== undefined && reservedNames.includes(unknown))
    return { problem: `{{${unknown}}} is not a parameter; it is filled in automatically.`, field: `params.${unknown}` };
  if (unknown !== undefined) {
    const known = parameters.length > 0 ? `its parameters are ${parameters.join(', ')}` : 'it has no parameters';
    return { problem: `The template has no {{${unknown}}}: ${known}.`, field: `params.${unknown}` };
  }
  if (siteId !== undefined && !names.includes('site_id'))
    return { problem: 'The template has no {{site_id}}, so it takes no site.', field: 'site_id' };
  if (siteId === undefined && names.includes('site_id'))
    return { problem: 'The template has {{site_id}}, so it needs a site.', field: 'site_id' };
  const missing = parameters.find((name) => !Object.hasOwn(given, name) && !Object.hasOwn(params, name));
  if (missing === undefined) return undefined;
  return {
    problem: `The template has {{${missing}}} without a default, so it needs a value.`,
    field: `params.${missing}`,
  };
}

function valuesOf(
  { params }: TemplateData,
  { at, timezone, siteId, params: given }: FillContext,
): Map<string, unknown> {
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

/** A list or object can replace a whole text, but not a part of one. */
function findMisplaced(data: object, values: Map<string, unknown>): TemplateProblem | undefined {
  for (const { text, field, placeholders } of textsOf(data)) {
    const name = onePlaceholder.test(text) ? undefined : placeholders.find((each) => !isScalar(values.get(each)));
    if (name === undefined) continue;
    const problem = `{{${name}}} is part of a text in ${field}, so its value must be a text, a number, true or false.`;
    return { problem, field: `params.${name}` };
  }
  return undefined;
}

/**
 * Returns the data with all placeholders filled in. A text that is a single placeholder becomes the value itself, which may be a
 * number or a list; within a longer text the value is inserted as text.
 */
export function fillTemplate(template: TemplateData, context: FillContext): FilledData {
  const missing = findMissing(template, context);
  if (missing) return missing;
  const values = valuesOf(template, context);
  return findMisplaced(template.data, values) ?? { data: fillValue(template.data, values) as Record<string, unknown> };
}

/** Like {@link fillTemplate}, and validates the data against the contract of the job. */
export function templateData(template: TemplateData, context: FillContext): FilledData {
  const filled = fillTemplate(template, context);
  if (filled.problem !== undefined) return filled;
  const checked = checkJobData(template.queue, template.job, filled.data);
  return checked.problem === undefined ? filled : checked;
}
