export const eventRefusalReasons = [
  'not_an_object',
  'missing_field',
  'unknown_field',
  'wrong_type',
  'empty',
  'too_long',
  'bad_format',
  'out_of_range',
  'too_complex',
] as const;

/** Why an event was refused; label `reason` of the metric for rejected events. */
export type EventRefusalReason = (typeof eventRefusalReasons)[number];

export interface EventRefusal {
  reason: EventRefusalReason;
  field: string;
  message: string;
}
