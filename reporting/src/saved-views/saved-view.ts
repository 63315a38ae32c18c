import Joi from 'joi';
import { type FieldPath, refusal } from '../query-request/refuse.js';
import { parseRecord, recordSchema, recordText } from '../sites/site-records.js';

export const viewKinds = ['segment', 'funnel', 'retention', 'journeys'] as const;
export type ViewKind = (typeof viewKinds)[number];

/** JSON that `parseDefinition` has validated. */
export type Definition = Record<string, unknown>;

export interface NewSavedView {
  kind: ViewKind;
  name: string;
  definition: unknown;
}

export interface SavedView extends NewSavedView {
  id: string;
  definition: Definition;
  created_at: Date;
}

const kindRule = `must be ${viewKinds.slice(0, -1).join(', ')} or ${viewKinds.at(-1)}`;
const kind = Joi.string()
  .valid(...viewKinds)
  .messages({ 'any.only': kindRule, 'string.base': kindRule });
const content = { name: recordText(200).required(), definition: Joi.any().required() };

const newViewSchema = recordSchema<NewSavedView>('a saved view', { kind: kind.required(), ...content });
const changeSchema = recordSchema<Omit<NewSavedView, 'kind'> & { kind?: ViewKind }>('a saved view', {
  kind,
  ...content,
});
export const kindSchema = recordSchema<{ kind?: ViewKind }>('a list of saved views', { kind }).messages({
  'object.unknown': 'is not a parameter of saved views, which take kind',
});

/** Does not check the definition. @throws ServiceError `invalid_request`. */
export const parseNewView = (input: unknown): NewSavedView => parseRecord(newViewSchema, input);

/** The kind of a view cannot be changed. @throws ServiceError `invalid_request`. */
export function parseViewChange(input: unknown, before: ViewKind): NewSavedView {
  const change = { kind: before, ...parseRecord(changeSchema, input) };
  if (change.kind !== before) throw refusal(['kind'], `is ${before} and cannot be changed; save a new view instead`);
  return change;
}

/** Refuses what Postgres cannot store, and `__proto__`, which schemas silently drop. @throws ServiceError `invalid_request`. */
export function checkStorable(value: unknown, path: FieldPath): void {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw refusal(path, 'must not contain NUL or unpaired surrogates');
  }
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw refusal([...path, '__proto__'], 'is not a field of a saved view');
  const isList = Array.isArray(value);
  for (const [name, inner] of Object.entries(value)) checkStorable(inner, [...path, isList ? Number(name) : name]);
}
