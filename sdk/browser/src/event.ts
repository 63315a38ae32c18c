import { maxAddressLength, maxTitleLength } from './limits.js';

/** Any JSON. */
export type Properties = Record<string, unknown>;

/** An event as it is sent. Other fields of the event API may be added. */
export interface PageEvent {
  site_id: string;
  event_type: string;
  event_id: string;
  /** ISO 8601. */
  timestamp: string;
  /** The full address. */
  path: string;
  title: string;
  referrer: string;
  properties: Properties;
  user_id?: string | undefined;
  [field: string]: unknown;
}

/** Fields of an event that override those taken from the page. */
export type Fields = Partial<PageEvent>;

/** Creates an event and queues it. */
export type Emit = (type: string, properties?: Properties, fields?: Fields) => void;

/** Changes an event or returns another; null drops it. */
export type Before = (event: PageEvent) => PageEvent | null;

/** The page as events describe it; the server rejects longer values. */
export const describePage = () => ({
  path: location.href.slice(0, maxAddressLength),
  title: document.title.slice(0, maxTitleLength),
});

/** The fields that do not depend on what happened. */
export const createEvent = () => ({
  event_id: newId(),
  timestamp: new Date().toISOString(),
  ...describePage(),
  screen: `${screen.width}x${screen.height}`,
  language: navigator.language,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** A random UUID. `randomUUID` requires HTTPS; elsewhere the address of a Blob ends with a UUID, by its specification. */
const newId = (): string => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
