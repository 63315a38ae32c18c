/** Parses the event in the query string of `GET /event`, for pages and mails that can load an image but not post. */
import { type ParseResult, parseSingleEvent } from './parse-events.js';
import { isFields } from './wires/fields.js';

/** Fields that may be empty; for all others, an empty parameter counts as absent. */
const mayBeEmpty = new Set(['path', 'referrer']);
/** Not fields of an event; `_` is a random number to prevent caching. */
const ignored = new Set(['_', 'key', 'properties']);
const propertyPrefix = 'properties.';

const refuse = (field: string, message: string): ParseResult => ({
  ok: false,
  refusal: { code: 'invalid_request', message, details: { field } },
});

/** Name and value of each parameter. @throws URIError for invalid UTF-8, which URLSearchParams would silently replace. */
function* parametersOf(url: string): Generator<[string, string]> {
  const start = url.indexOf('?');
  if (start === -1) return;
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const value = equals === -1 ? '' : pair.slice(equals + 1);
    yield [decodeURIComponent(name.replaceAll('+', ' ')), decodeURIComponent(value.replaceAll('+', ' '))];
  }
}

/** Merges `properties`, which is JSON, with `properties.NAME`, which are strings. */
function propertiesOf(given: Map<string, string>): ParseResult {
  const json = given.get('properties') || '{}';
  const parsed = parseSingleEvent(json);
  if (!parsed.ok)
    return refuse('properties', 'The parameter properties must be a JSON object, such as {"plan":"free"}.');
  const [value] = parsed.candidates;
  const texts = [...given].filter(([name]) => name.startsWith(propertyPrefix));
  if (texts.length === 0 || !isFields(value)) return parsed;
  const named = texts.map(([name, text]) => [name.slice(propertyPrefix.length), text] as const);
  const twice = named.find(([name]) => Object.hasOwn(value, name));
  if (twice) return refuse(`properties.${twice[0]}`, `The property ${twice[0]} is given twice.`);
  return { ok: true, candidates: [Object.fromEntries([...Object.entries(value), ...named])] };
}

function eventOf(given: Map<string, string>): ParseResult {
  const fields = [...given].filter(
    ([name, value]) => !ignored.has(name) && !name.startsWith(propertyPrefix) && (value !== '' || mayBeEmpty.has(name)),
  );
  const hasProperties = [...given].some(
    ([name, value]) => name.startsWith(propertyPrefix) || (name === 'properties' && value !== ''),
  );
  if (!hasProperties) return { ok: true, candidates: [Object.fromEntries(fields)] };
  const properties = propertiesOf(given);
  if (!properties.ok) return properties;
  return { ok: true, candidates: [Object.fromEntries([...fields, ['properties', properties.candidates[0]]])] };
}

export function parseParameters(url: string): ParseResult {
  const given = new Map<string, string>();
  try {
    for (const [name, value] of parametersOf(url)) {
      const shown = name.slice(0, 64);
      if (given.has(name)) return refuse(shown, `The parameter ${shown} is given twice.`);
      given.set(name, value);
    }
  } catch {
    const message = 'The parameters are not valid UTF-8, percent-encoded.';
    return { ok: false, refusal: { code: 'malformed_encoding', message } };
  }
  return eventOf(given);
}
