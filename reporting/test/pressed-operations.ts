/** Builds the requests that Swagger UI prefills for "Try it out" and sends on "Execute". */
import type { OpenApiDocument } from '@millrace/shared/openapi/operation';

interface Example {
  value?: unknown;
}
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema?: { default?: unknown; type?: unknown };
  style?: string;
  explode?: boolean;
  example?: unknown;
  examples?: Record<string, Example>;
  content?: Record<string, { schema: { type?: unknown }; example?: unknown }>;
}
interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { example?: unknown }> };
  responses: Record<string, unknown>;
}

export interface Pressed {
  id: string;
  method: string;
  path: string;
  /** The URL, where `ids` has values of path parameters that are known better than from the examples. */
  urlWith(ids: Record<string, string>): string;
  body: unknown;
  /** The documented statuses. */
  statuses: string[];
}

/** The value in the field of a parameter; undefined if the field is empty. */
function prefilled({ examples, content, example, schema }: Parameter): unknown {
  const [first] = Object.values(examples ?? {});
  const [media] = Object.values(content ?? {});
  return first?.value ?? media?.example ?? example ?? schema?.default;
}

/** @throws Error if a field that must be filled is empty, or one is filled with an invented object. */
function prefilledOf(operationId: string, parameter: Parameter): unknown {
  const value = prefilled(parameter);
  const [media] = Object.values(parameter.content ?? {});
  const isInvented = (parameter.schema ?? media?.schema)?.type === 'object' && !parameter.examples;
  if (value === undefined && (parameter.required || isInvented)) {
    throw new Error(`${operationId}: the parameter ${parameter.name} needs an example`);
  }
  return value;
}

function addToQuery(query: URLSearchParams, parameter: Parameter, value: unknown): void {
  if (parameter.content) query.append(parameter.name, JSON.stringify(value));
  else if (Array.isArray(value) && parameter.explode === false) query.append(parameter.name, value.join(','));
  else if (typeof value === 'object')
    for (const [name, each] of Object.entries(value!)) query.append(name, String(each));
  else query.append(parameter.name, String(value));
}

function press(method: string, path: string, operation: Operation, shared: Parameter[]): Pressed {
  const { operationId: id, requestBody, responses } = operation;
  const parameters = [...shared, ...(operation.parameters ?? [])];
  const filled = parameters.flatMap((parameter) => {
    const value = prefilledOf(id, parameter);
    return value === undefined ? [] : [{ parameter, value }];
  });
  const [media] = Object.values(requestBody?.content ?? {});
  if (media && media.example === undefined) throw new Error(`${id}: the body needs an example`);
  const urlWith = (ids: Record<string, string>) => {
    const query = new URLSearchParams();
    let url = path;
    for (const { parameter, value } of filled) {
      const { name } = parameter;
      if (parameter.in === 'path') url = url.replace(`{${name}}`, encodeURIComponent(ids[name] ?? String(value)));
      else if (parameter.in === 'query') addToQuery(query, parameter, value);
    }
    return query.size > 0 ? `${url}?${query}` : url;
  };
  return { id, method, path, urlWith, body: media?.example, statuses: Object.keys(responses) };
}

export const pressedOperations = ({ paths }: OpenApiDocument): Pressed[] =>
  Object.entries(paths).flatMap(([path, { parameters = [], ...operations }]) =>
    Object.entries(operations).map(([method, operation]) =>
      press(method, path, operation as Operation, parameters as Parameter[]),
    ),
  );
