/** The schema of an event, from the rules that validate it and the list of its columns. */
import { isAbsent, viewNames } from '@millrace/shared/contract/event';
import { allColumns } from '@millrace/shared/contract/event-columns';
import { propertyLimits } from '@millrace/shared/contract/event-properties';
import { eventRules } from '@millrace/shared/contract/event-rules';
import {
  type JsonSchema,
  jsonSchemaOf,
  type ObjectSchema,
  orNull,
  ref,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { given, typedRules } from './typed-event-schemas.js';

const codes = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ');

/** What is worth knowing about a field beyond the definition of its column. */
const details: Record<string, string> = {
  timestamp:
    'ISO 8601 with a time zone, from the year 2000 to 24 hours from now, stored to the microsecond. Default: the time of arrival.',
  event_id:
    'A UUID is kept, any other text becomes a UUID made from it. Needs `timestamp`: two events of a site are the same if both are equal.',
  event_type: `${codes(viewNames)} become \`view\`. Some types have rules for \`properties\`.`,
  path: 'A path or a whole URL. Query, fragment and origin are split off when it is stored, by the path rules of the site.',
  properties: `At most ${propertyLimits.keys} keys in an object, ${propertyLimits.depth} levels and ${propertyLimits.bytes} bytes. Numbers keep every digit.`,
};

const columns = Object.fromEntries(
  allColumns.map(({ name, definition, isContext }): [string, JsonSchema] => [
    name,
    {
      description: [definition, details[name], isContext && 'Default: derived from the request, if a page sent it.']
        .filter(Boolean)
        .join(' '),
    },
  ]),
);

const otherFields: Record<string, JsonSchema> = {
  sent_at: {
    description:
      'When the client sent the event, by its own clock. A clock that is off by more than a minute is corrected: `timestamp` moves by the difference.',
  },
  context: {
    description:
      'From servers, about the visitor whose request caused the event. Fills in columns and is not stored. Refused with a public key, since anyone could forge it.',
  },
};

/** Null in an optional field, and empty text about visitor and page, is the same as leaving the field out. */
function acceptAbsent([name, schema]: [string, JsonSchema]): [string, JsonSchema] {
  const { minLength, ...anyLength } = schema;
  const lengthened = isAbsent(name, '') ? anyLength : schema;
  return [name, isAbsent(name, null) ? orNull(lengthened) : lengthened];
}

/** The fields of an event, without what types add to them. */
export function eventFields(): ObjectSchema {
  const fields = withProperties(jsonSchemaOf(eventRules), {
    ...columns,
    ...otherFields,
    properties: { ...columns.properties, additionalProperties: ref('PropertyValue') },
  });
  return fields;
}

/** An event id alone would not identify a retry. */
const idNeedsTimestamp: JsonSchema = {
  anyOf: [{ properties: { event_id: { type: 'null' } } }, given('timestamp')],
};

export const eventSchemas = (): Record<string, JsonSchema> => {
  const fields = eventFields();
  return {
    Event: {
      ...fields,
      description:
        'Lengths are in Unicode code points. Null in an optional field is the same as leaving it out. Other fields are refused: put them into `properties`.',
      properties: Object.fromEntries(Object.entries(fields.properties).map(acceptAbsent)),
      allOf: [idNeedsTimestamp, ...typedRules()],
    },
    PropertyValue: {
      description: 'Any JSON value. The limits of `properties` apply at every level.',
      maxProperties: propertyLimits.keys,
      additionalProperties: ref('PropertyValue'),
      items: ref('PropertyValue'),
    },
  };
};
