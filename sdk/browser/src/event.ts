import { maxAddressLength, maxTitleLength } from './limits.js';

/** Any JSON. */
export type Properties = Record<string, unknown>;

/** An event as it is sent. Fields of the event API that are not named here may be added. */
export interface PageEvent {
  site_id: string;
  event_type: string;
  event_id: string;
  /** ISO 8601. */
  timestamp: string;
  /** The whole address. */
  path: string;
  title: string;
  referrer: string;
  properties: Properties;
  user_id?: string | undefined;
  [field: string]: unknown;
}

/** Fields of an event that replace those taken from the page. */
export type Fields = Partial<PageEvent>;

/** Makes an event and queues it. */
export type Emit = (type: string, properties?: Properties, fields?: Fields) => void;

/** Changes an event or returns another; with null nothing is stored or sent. */
export type Before = (event: PageEvent) => PageEvent | null;

/** What an event says of its page; the server refuses longer texts. */
export const describePage = () => ({
  path: location.href.slice(0, maxAddressLength),
  title: document.title.slice(0, maxTitleLength),
});

/** The fields of an event that do not depend on what happened. */
export const createEvent = () => ({
  event_id: newId(),
  timestamp: new Date().toISOString(),
  ...describePage(),
  screen: `${screen.width}x${screen.height}`,
  language: navigator.language,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** A random UUID. Pages without https have no `randomUUID`, but the address of a Blob ends with one by its specification. */
const newId = (): string => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
