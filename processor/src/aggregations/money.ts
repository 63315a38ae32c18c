/** Turns the properties of typed events, which may hold anything, into decimals and currencies in SQL. */

/** A decimal, null where the property is none: events from before the rules of the edge are not to break a statement. */
export const decimalOf = (property: string) =>
  `case when properties->>'${property}' ~ '^-?\\d{1,12}(\\.\\d{1,6})?$' then (properties->>'${property}')::numeric end`;

/** A currency's code, null where the property is none. */
export const currencyOf = `case when properties->>'currency' ~ '^[A-Z]{3}$' then properties->>'currency' end`;

/** `100 a / b`, four digits; null when there is nothing to divide by. */
export const percent = (a: string, b: string) => `round(100.0 * ${a} / nullif(${b}, 0), 4)`;
