import type Joi from 'joi';

interface FieldDescription {
  flags?: { only?: boolean; presence?: string };
  allow?: unknown[];
}

/** The fields of a job's data, and their values if those are limited, such as `site_id (optional), type (a, b)`. */
export function jobFields(schema: Joi.ObjectSchema): string {
  const fields = Object.entries(schema.describe().keys as Record<string, FieldDescription>);
  return fields
    .map(([name, { flags, allow = [] }]) => {
      const values = flags?.only ? allow.join(', ') : '';
      const about = [values, flags?.presence === 'required' ? '' : 'optional'].filter(Boolean).join('; ');
      return about === '' ? name : `${name} (${about})`;
    })
    .join(', ');
}
