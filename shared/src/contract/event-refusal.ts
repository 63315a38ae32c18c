/** Why an event was refused; label `reason` of the metric for rejected events. */
export type EventRefusalReason =
  | 'not_an_object'
  | 'missing_field'
  | 'unknown_field'
  | 'wrong_type'
  | 'empty'
  | 'too_long'
  | 'bad_format'
  | 'out_of_range'
  | 'too_complex';

export interface EventRefusal {
  reason: EventRefusalReason;
  field: string;
  message: string;
}
