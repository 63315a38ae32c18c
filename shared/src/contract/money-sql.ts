/** Expressions of SQL for the properties of typed events, which may hold anything. */

/** A decimal, null where the property is none: events from before the rules of the edge are not to break a statement. */
export const decimalOf = (property: string) =>
  `case when properties->>'${property}' ~ '^-?\\d{1,12}(\\.\\d{1,6})?$' then (properties->>'${property}')::numeric end`;

/** A currency's code, null where the property is none. */
export const currencyOf = `case when properties->>'currency' ~ '^[A-Z]{3}$' then properties->>'currency' end`;

/** Whether the property is missing, or null. */
export const isAbsent = (property: string) => `coalesce(jsonb_typeof(properties->'${property}'), 'null') = 'null'`;

/** What a thing is named by, 1 to 128 characters or a number, null where the property is neither: longer ones fit in no index. */
export const nameOf = (property: string) =>
  `case when jsonb_typeof(properties->'${property}') in ('string', 'number')
    and length(properties->>'${property}') between 1 and 128 then properties->>'${property}' end`;

/** `100 a / b`, four digits; null when there is nothing to divide by. */
export const percent = (a: string, b: string) => `round(100.0 * ${a} / nullif(${b}, 0), 4)`;

/** `1000 a / b`, six digits; null when there is nothing to divide by. */
export const perThousand = (a: string, b: string) => `round(${a} * 1000 / nullif(${b}, 0), 6)`;

/** What events of a payment that succeeded, and of a refund, count once by; the same as money_events.counts_by. */
export const countsBy = `coalesce(case event_type when 'payment' then ${nameOf('transaction_id')}
  when 'refund' then ${nameOf('refund_id')} end, event_id::text)`;

/** Whether an event came earlier already; as far as money_events is kept, which each aggregation does. */
export const cameEarlier = (event: string) => `exists (
  select 1 from money_events m where m.site_id = $1 and m.kind = ${event}.event_type and m.counts_by = ${event}.counts_by
    and (m.timestamp, m.event_id) < (${event}.timestamp, ${event}.event_id))`;
