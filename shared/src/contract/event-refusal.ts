/** Turns the ways in which an event can be wrong into a closed set. */

/** Why an event was refused: a closed set, used as the label of the metric `rejected`. */
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
