/** A filter that is being written. */
import { type Filter, type Operator, takesNull, takesValues } from '../view-address.ts';
import { isProperty, propertyPrefix } from './filter-fields.ts';

export interface Draft {
  operator: Operator;
  /** `property:` alone until the property has a name. */
  dimension: string;
  values: (string | null)[];
}

export function draftOf(filter: Filter | undefined): Draft {
  const [operator = 'is', dimension = 'path', values = []] = filter ?? [];
  return { operator, dimension, values };
}

/** Undefined while something is missing. */
export function filterOf({ operator, dimension, values }: Draft): Filter | undefined {
  if (isProperty(dimension) && dimension === propertyPrefix) return undefined;
  if (!takesValues(operator)) return [operator, dimension];
  const fitting = takesNull(operator) ? values : values.filter((value) => value !== null);
  return fitting.length > 0 ? [operator, dimension, fitting] : undefined;
}
