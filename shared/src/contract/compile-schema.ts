/** Compiles a Joi schema to plain closures, for hot paths where Joi itself would dominate the cost. */
import type Joi from 'joi';

/** The input as Joi would return it; undefined if Joi must decide, because the input is invalid or needs more than is compiled. */
export type Accept = (input: unknown) => Record<string, unknown> | undefined;

/** The supported part of `schema.describe()`. */
interface Description {
  type?: string;
  /** Only documentation. */
  metas?: unknown[];
  flags?: Record<string, unknown>;
  allow?: unknown[];
  rules?: { name: string; args?: Record<string, unknown> }[];
  keys?: Record<string, Description>;
  dependencies?: { rel: string; key?: string; peers: string[] }[];
}

type Check = (value: unknown) => boolean;

interface Field {
  name: string;
  isRequired: boolean;
  check: Check;
}

const unsupported = (where: string, what: string) =>
  new Error(
    `The schema cannot be compiled: ${where} has ${what}, which is not supported. Add support for it in compile-schema.`,
  );

/** @throws Error if the description contains anything that the compiled check would ignore. */
function allowOnly(given: object, names: string[], where: string): void {
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) throw unsupported(where, `"${other}"`);
}

function isRequired({ flags = {} }: Description, where: string): boolean {
  allowOnly(flags, ['presence'], where);
  const { presence = 'optional' } = flags;
  if (presence !== 'required' && presence !== 'optional') throw unsupported(where, `presence "${presence}"`);
  return presence === 'required';
}

const refused = Symbol('refused');
/** The only one of Joi's helpers that our custom rules use. */
const helpers = { error: () => refused } as unknown as Joi.CustomHelpers;

/** Rules that change the value are left to Joi. */
const compileCustom =
  (method: Joi.CustomValidator): Check =>
  (value) =>
    method(value, helpers) === value;

function compilePattern(text: string): Check {
  const end = text.lastIndexOf('/');
  const pattern = new RegExp(text.slice(1, end), text.slice(end + 1));
  if (pattern.global || pattern.sticky) throw unsupported('a pattern', 'a flag that makes it stateful');
  return (value) => pattern.test(value as string);
}

function compileRule({ name, args = {} }: { name: string; args?: Record<string, unknown> }, where: string): Check {
  if (name === 'custom' && typeof args.method === 'function') {
    allowOnly(args, ['method'], where);
    return compileCustom(args.method as Joi.CustomValidator);
  }
  if (name === 'pattern' && typeof args.regex === 'string') {
    allowOnly(args, ['regex'], where);
    return compilePattern(args.regex);
  }
  if (name === 'max' && typeof args.limit === 'number') {
    allowOnly(args, ['limit'], where);
    const { limit } = args;
    return (value) => (value as string).length <= limit;
  }
  throw unsupported(where, `the rule "${name}"`);
}

function every(checks: Check[]): Check {
  const [first, second] = checks;
  if (!first) return () => true;
  if (!second) return first;
  return (value) => checks.every((check) => check(value));
}

function compileString(description: Description, where: string): Check {
  allowOnly(description, ['type', 'flags', 'allow', 'rules', 'metas'], where);
  const allowed = new Set(description.allow);
  const rules = every((description.rules ?? []).map((rule) => compileRule(rule, where)));
  // Values in `allow` skip the rules; an empty string must be listed there.
  return (value) => typeof value === 'string' && (allowed.has(value) || (value !== '' && rules(value)));
}

/** An object whose keys only a custom rule checks, if any. */
function compileLooseObject(description: Description, where: string): Check {
  allowOnly(description, ['type', 'flags', 'rules', 'metas'], where);
  for (const { name } of description.rules ?? []) if (name !== 'custom') throw unsupported(where, `the rule "${name}"`);
  const rules = every((description.rules ?? []).map((rule) => compileRule(rule, where)));
  return (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && rules(value);
}

function compileField([name, description]: [string, Description]): Field {
  if (name in Object.prototype) throw unsupported('the object', `a key "${name}"`);
  const required = isRequired(description, name);
  if (description.type === 'string') return { name, isRequired: required, check: compileString(description, name) };
  if (description.type === 'object')
    return { name, isRequired: required, check: compileLooseObject(description, name) };
  throw unsupported(name, `the type "${description.type}"`);
}

function compileDependency(given: { rel: string; key?: string; peers: string[] }): Check {
  const { rel, key, peers, ...more } = given;
  if (rel !== 'with' || key === undefined) throw unsupported('the object', `the dependency "${rel}"`);
  allowOnly(more, [], 'a dependency');
  return (value) => {
    const fields = value as Record<string, unknown>;
    return fields[key] === undefined || peers.every((peer) => fields[peer] !== undefined);
  };
}

/**
 * Compiles an object of strings and loose objects, validated without conversion. Pass the schema without preferences, which Joi
 * cannot describe.
 * @throws Error for an unsupported construct, so that none is silently ignored.
 */
export function compileSchema(schema: Joi.ObjectSchema): Accept {
  const description = schema.describe() as unknown as Description;
  allowOnly(description, ['type', 'flags', 'keys', 'dependencies'], 'the object');
  if (description.type !== 'object' || !isRequired(description, 'the object'))
    throw unsupported('it', 'no required object');
  const fields = Object.entries(description.keys ?? {}).map(compileField);
  const dependencies = every((description.dependencies ?? []).map(compileDependency));

  const byName = new Map(fields.map((field) => [field.name, field]));
  const required = fields.filter((field) => field.isRequired).length;

  /** Iterates over the input, since most events have few of the possible fields. */
  function passes(input: Record<string, unknown>): boolean {
    let found = 0;
    for (const name of Object.keys(input)) {
      const field = byName.get(name);
      const value = input[name];
      if (field === undefined || value === undefined || !field.check(value)) return false;
      if (field.isRequired) found += 1;
    }
    return found === required && dependencies(input);
  }

  return (input) => {
    if (typeof input !== 'object' || input === null || Object.getPrototypeOf(input) !== Object.prototype)
      return undefined;
    try {
      return passes(input as Record<string, unknown>) ? { ...input } : undefined;
    } catch {
      // The rule needs a helper of Joi that is missing here.
      return undefined;
    }
  };
}
