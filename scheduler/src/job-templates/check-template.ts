/** Checks whether a template can become a valid job, by filling it with example values. */
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import { validation } from '../read-request.js';
import {
  fillTemplate,
  holdsOtherBraces,
  placeholderName,
  placeholdersOf,
  reservedNames,
  type TemplateData,
  type TemplateProblem,
  textsOf,
} from './fill-template.js';

const maxPlaceholders = 100;
/** Stands for a parameter without default; problems in its own field show up only with a real value. */
const example = 'example';

function findDefaultProblem({ data, params }: TemplateData): TemplateProblem | undefined {
  const names = placeholdersOf(data);
  for (const name of Object.keys(params)) {
    const field = `params.${name}`;
    if (reservedNames.includes(name))
      return { problem: `{{${name}}} is filled in automatically and takes no default.`, field };
    if (!placeholderName.test(name) || !names.has(name))
      return { problem: `The template's data does not contain {{${name}}}.`, field };
  }
  return undefined;
}

function findTextProblem({ data }: TemplateData): TemplateProblem | undefined {
  const texts = textsOf(data);
  const wrong = texts.find(({ text }) => holdsOtherBraces(text));
  if (wrong) {
    const problem = `${wrong.field} contains {{ without a placeholder such as {{date}}. Placeholders have lower-case letters, digits and underscores.`;
    return { problem, field: wrong.field };
  }
  const count = texts.reduce((sum, { placeholders }) => sum + placeholders.length, 0);
  return count > maxPlaceholders
    ? { problem: `A template can have at most ${maxPlaceholders} placeholders.`, field: 'data' }
    : undefined;
}

function findContractProblem(template: TemplateData, at: Date): TemplateProblem | undefined {
  const { queue, job, data, params } = template;
  const names = [...placeholdersOf(data)].filter((name) => !reservedNames.includes(name));
  const open = names.filter((name) => !Object.hasOwn(params, name));
  const siteId = placeholdersOf(data).has('site_id') ? example : undefined;
  const given = Object.fromEntries(open.map((name) => [name, example]));
  const filled = fillTemplate(template, { at, timezone: 'UTC', siteId, params: given });
  if (filled.problem !== undefined) return filled;
  const checked = checkJobData(queue, job, filled.data);
  if (checked.problem === undefined) return undefined;
  if (checked.field === 'queue' || checked.field === 'job') return checked;
  const openFields = textsOf(data)
    .filter(({ placeholders }) => placeholders.some((name) => open.includes(name)))
    .map(({ field }) => field);
  return findClosedProblem(template, filled.data, openFields);
}

/** The first problem in the filled data that does not depend on the fields with open parameters. */
function findClosedProblem(
  { queue, job }: TemplateData,
  data: object,
  openFields: string[],
): TemplateProblem | undefined {
  const schema = findQueue(queue)!.jobs[job]!.data;
  const { error } = schema.validate(data, {
    ...validation,
    abortEarly: false,
  });
  for (const { path, message, type } of error?.details ?? []) {
    const field = ['data', ...path].join('.');
    if (type !== 'object.unknown' && openFields.some((open) => field === open || field.startsWith(`${open}.`)))
      continue;
    return { problem: `The data of job "${job}" is invalid: ${message.replaceAll('"', '')}.`, field };
  }
  return undefined;
}

/** Undefined for a valid template. */
export const findTemplateProblem = (template: TemplateData, at: Date): TemplateProblem | undefined =>
  findTextProblem(template) ?? findDefaultProblem(template) ?? findContractProblem(template, at);
