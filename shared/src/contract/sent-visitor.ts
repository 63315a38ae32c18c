import type { EventRefusal } from './event-refusal.js';

/**
 * Field `context` of an event: what a server passes on about the visitor's request. Used in ingestion only, and never stored.
 */
export interface SentVisitor {
  /** IPv4 or IPv6; anything else counts as absent. */
  ip?: string | null;
  user_agent?: string | null;
}

/** As JSON Schema. */
export const visitorProperties = {
  ip: { type: ['string', 'null'], description: 'IPv4 or IPv6 address of the visitor. Anything else counts as absent.' },
  user_agent: { type: ['string', 'null'], description: '`User-Agent` of the visitor.' },
};

/** Undefined if the context is valid; null values count as absent. */
export function checkVisitor(given: object): EventRefusal | undefined {
  for (const [name, value] of Object.entries(given)) {
    const field = `context.${name.slice(0, 64)}`;
    if (!Object.hasOwn(visitorProperties, name)) {
      return {
        reason: 'unknown_field',
        field,
        message: `${field} is not a field of context, which has ip and user_agent`,
      };
    }
    if (value !== null && typeof value !== 'string') {
      return { reason: 'wrong_type', field, message: `${field} must be a string` };
    }
  }
  return undefined;
}
