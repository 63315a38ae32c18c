/** Checks the definition of a saved view by the rules of the route that will run it. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { stringifyExactJson } from '@millrace/shared/platform/exact-json';
import type { Pool } from '@millrace/shared/platform/postgres';
import { parseFunnel } from '../funnel/parse-funnel.js';
import { parseJourneys } from '../journeys/parse-journeys.js';
import type { Filter } from '../query/resolved-query.js';
import { checkPatterns, patternsOf } from '../query-request/check-patterns.js';
import { listFilters, parseFilters } from '../query-request/parse-filters.js';
import { refusal } from '../query-request/refuse.js';
import { parseReturns } from '../retention/parse-returns.js';
import { checkStorable, type Definition, type NewSavedView, type ViewKind } from './saved-view.js';

/** Of its JSON. */
export const definitionCharacters = 20_000;

/** These are set by the page that shows the view. */
export const pageFields = ['site_id', 'date_range', 'timezone', 'filters'] as const;

interface Checked {
  definition: Definition;
  filters: (Filter | undefined)[];
}

function parseSegment({ filters, ...others }: Definition): Checked {
  const [other] = Object.keys(others);
  if (other !== undefined) throw refusal([other], 'is not a field of a segment, which only has filters');
  const list = listFilters(filters, ['filters']);
  if (list.length === 0) throw refusal(['filters'], 'needs at least one filter');
  return { definition: { filters: list }, filters: [parseFilters(list, ['filters'])] };
}

/** Placeholders for the fields that the route requires. */
const requiredFields = { site_id: 'any', date_range: 'day' };

function refusePageFields(kind: ViewKind, definition: Definition): void {
  const name = pageFields.find((each) => Object.hasOwn(definition, each));
  if (name !== undefined)
    throw refusal([name], `cannot be saved with a ${kind} view: the page that shows the view sets it`);
}

const filtersOf: Record<Exclude<ViewKind, 'segment'>, (body: object) => Checked['filters']> = {
  funnel: (body) => parseFunnel(body).steps,
  retention(body) {
    const { first, returning } = parseReturns(body);
    return [first, returning];
  },
  journeys: (body) => [parseJourneys(body).mark?.filter],
};

function check(kind: ViewKind, definition: Definition): Checked {
  if (kind === 'segment') return parseSegment(definition);
  refusePageFields(kind, definition);
  return { definition, filters: filtersOf[kind]({ ...requiredFields, ...definition }) };
}

/** Makes refusals name the field within the definition. */
function inDefinition<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'invalid_request') throw error;
    const { field } = error.details as { field: string };
    throw new ServiceError(error.code, `definition.${error.message}`, { field: `definition.${field}` });
  }
}

const isObject = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Validates a definition by the rules of its route. Postgres must be able to store it and to compile its regular expressions.
 * @throws ServiceError `invalid_request` that names the field, such as `definition.steps`.
 */
export async function parseDefinition(pool: Pool, { kind, definition: sent }: NewSavedView): Promise<Definition> {
  if (!isObject(sent)) throw refusal(['definition'], 'must be an object');
  const { definition, filters } = inDefinition(() => check(kind, sent));
  checkStorable(definition, ['definition']);
  if (stringifyExactJson(definition).length > definitionCharacters) {
    throw refusal(['definition'], `must have at most ${definitionCharacters.toLocaleString('en')} characters as JSON`);
  }
  await checkPatterns(pool, filters.flatMap(patternsOf), { field: 'definition' });
  return definition;
}
