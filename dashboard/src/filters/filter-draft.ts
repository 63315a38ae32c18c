/** A filter being edited, and the dimensions that it can use. */
import { type Filter, type Operator, takesNull, takesValues } from '../view-address.ts';

/** The same dimensions as in panels, so that the dialog and a click on a row create the same filter. */
export const groups = {
  page: ['path', 'title', 'hostname', 'entry_page', 'exit_page'],
  source: [
    ...['channel', 'source', 'referrer'].map((name) => `visit:${name}`),
    ...['source', 'medium', 'campaign', 'term', 'content'].map((name) => `visit:utm_${name}`),
  ],
  location: ['country', 'region', 'city', 'timezone'],
  device: ['browser', 'browser_version', 'os', 'os_version', 'device', 'screen', 'language'],
  event: ['event_type'],
} as const satisfies Record<string, readonly string[]>;

export type GroupName = keyof typeof groups;

export const propertyPrefix = 'property:';
export const isProperty = (dimension: string) => dimension.startsWith(propertyPrefix);

/** Dimensions whose values are codes that are shown by name. */
export const hasNames = (dimension: string) => ['country', 'language', 'visit:country'].includes(dimension);

export interface Draft {
  operator: Operator;
  /** `property:` alone until a property name is entered. */
  dimension: string;
  values: (string | null)[];
}

export function draftOf(filter: Filter | undefined): Draft {
  const [operator = 'is', dimension = 'path', values = []] = filter ?? [];
  return { operator, dimension, values };
}

/** Undefined while incomplete. */
export function filterOf({ operator, dimension, values }: Draft): Filter | undefined {
  if (isProperty(dimension) && dimension === propertyPrefix) return undefined;
  if (!takesValues(operator)) return [operator, dimension];
  const fitting = takesNull(operator) ? values : values.filter((value) => value !== null);
  return fitting.length > 0 ? [operator, dimension, fitting] : undefined;
}
