/** SQL expressions over the properties of typed events. Events stored before validation was added may have any value there. */

/** A decimal; null if the property is not one, so that an old event cannot fail a statement. */
export const decimalOf = (property: string) =>
  `case when properties->>'${property}' ~ '^-?\\d{1,12}(\\.\\d{1,6})?$' then (properties->>'${property}')::numeric end`;

/** A currency code; null if the property is not one. */
export const currencyOf = `case when properties->>'currency' ~ '^[A-Z]{3}$' then properties->>'currency' end`;

/** Whether the property is missing or null. */
export const isAbsent = (property: string) => `coalesce(jsonb_typeof(properties->'${property}'), 'null') = 'null'`;

/** A name of 1 to 128 characters, or a number; otherwise null, since longer ones do not fit in an index. */
export const nameOf = (property: string) =>
  `case when jsonb_typeof(properties->'${property}') in ('string', 'number')
    and length(properties->>'${property}') between 1 and 128 then properties->>'${property}' end`;

/** `100 a / b`, rounded to four digits; null if `b` is 0. */
export const percent = (a: string, b: string) => `round(100.0 * ${a} / nullif(${b}, 0), 4)`;

/** The key by which successful payments and refunds are counted once; the same as money_events.counts_by. */
export const countsBy = `coalesce(case event_type when 'payment' then ${nameOf('transaction_id')}
  when 'refund' then ${nameOf('refund_id')} end, event_id::text)`;

/** Whether an earlier event has the same key. Needs money_events to be up to date, as each aggregation makes it. */
export const cameEarlier = (event: string) => `exists (
  select 1 from money_events m where m.site_id = $1 and m.kind = ${event}.event_type and m.counts_by = ${event}.counts_by
    and (m.timestamp, m.event_id) < (${event}.timestamp, ${event}.event_id))`;
