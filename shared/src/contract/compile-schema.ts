/** A Joi schema as plain closures, for paths where Joi itself would cost more than all the rest. */
import type Joi from 'joi';

/** The input as Joi would return it; undefined where Joi has to look at it, to refuse it in its own words or to accept it after all. */
export type Accept = (input: unknown) => Record<string, unknown> | undefined;

/** What `schema.describe()` says, as far as it is understood here. */
interface Description {
  type?: string;
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

const unknown = (where: string, what: string) =>
  new Error(
    `The schema cannot be compiled: ${where} has ${what}, which is not known here. Teach it to compile-schema.`,
  );

/** @throws Error where the description holds anything that the compiled check would overlook. */
function allowOnly(given: object, names: string[], where: string): void {
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) throw unknown(where, `"${other}"`);
}

function isRequired({ flags = {} }: Description, where: string): boolean {
  allowOnly(flags, ['presence'], where);
  const { presence = 'optional' } = flags;
  if (presence !== 'required' && presence !== 'optional') throw unknown(where, `presence "${presence}"`);
  return presence === 'required';
}

const refused = Symbol('refused');
/** All of Joi's helpers that our own rules use. */
const helpers = { error: () => refused } as unknown as Joi.CustomHelpers;

/** A rule that changes the value is left to Joi. */
const compileCustom =
  (method: Joi.CustomValidator): Check =>
  (value) =>
    method(value, helpers) === value;

function compilePattern(text: string): Check {
  const end = text.lastIndexOf('/');
  const pattern = new RegExp(text.slice(1, end), text.slice(end + 1));
  if (pattern.global || pattern.sticky) throw unknown('a pattern', 'a flag that makes it remember');
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
  throw unknown(where, `the rule "${name}"`);
}

function every(checks: Check[]): Check {
  const [first, second] = checks;
  if (!first) return () => true;
  if (!second) return first;
  return (value) => checks.every((check) => check(value));
}

function compileString(description: Description, where: string): Check {
  allowOnly(description, ['type', 'flags', 'allow', 'rules'], where);
  const allowed = new Set(description.allow);
  const rules = every((description.rules ?? []).map((rule) => compileRule(rule, where)));
  // What is allowed by name is not asked for more; else an empty text is none.
  return (value) => typeof value === 'string' && (allowed.has(value) || (value !== '' && rules(value)));
}

/** An object whose keys are checked by a rule of its own, if at all. */
function compileLooseObject(description: Description, where: string): Check {
  allowOnly(description, ['type', 'flags', 'rules'], where);
  for (const { name } of description.rules ?? []) if (name !== 'custom') throw unknown(where, `the rule "${name}"`);
  const rules = every((description.rules ?? []).map((rule) => compileRule(rule, where)));
  return (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && rules(value);
}

function compileField([name, description]: [string, Description]): Field {
  if (name in Object.prototype) throw unknown('the object', `a key "${name}"`);
  const required = isRequired(description, name);
  if (description.type === 'string') return { name, isRequired: required, check: compileString(description, name) };
  if (description.type === 'object')
    return { name, isRequired: required, check: compileLooseObject(description, name) };
  throw unknown(name, `the type "${description.type}"`);
}

function compileDependency(given: { rel: string; key?: string; peers: string[] }): Check {
  const { rel, key, peers, ...more } = given;
  if (rel !== 'with' || key === undefined) throw unknown('the object', `the dependency "${rel}"`);
  allowOnly(more, [], 'a dependency');
  return (value) => {
    const fields = value as Record<string, unknown>;
    return fields[key] === undefined || peers.every((peer) => fields[peer] !== undefined);
  };
}

/**
 * Compiles an object of texts and loose objects, as it validates without conversion. Preferences belong on the schema that Joi
 * validates with, not on this one: Joi cannot describe them. @throws Error for a construct that is not known here, so that it is
 * never overlooked.
 */
export function compileSchema(schema: Joi.ObjectSchema): Accept {
  const description = schema.describe() as unknown as Description;
  allowOnly(description, ['type', 'flags', 'keys', 'dependencies'], 'the object');
  if (description.type !== 'object' || !isRequired(description, 'the object'))
    throw unknown('it', 'no required object');
  const fields = Object.entries(description.keys ?? {}).map(compileField);
  const dependencies = every((description.dependencies ?? []).map(compileDependency));

  const byName = new Map(fields.map((field) => [field.name, field]));
  const required = fields.filter((field) => field.isRequired).length;

  /** Looks at what is there, since most events have few of the fields that they may have. */
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
      // A rule that needs more of Joi than there is here.
      return undefined;
    }
  };
}
