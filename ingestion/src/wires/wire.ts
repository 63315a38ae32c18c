/** A wire is a protocol for sending events: its URLs, how bodies are parsed, and how requests are answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '@millrace/shared/platform/errors';
import type { ParseResult } from '../parse-events.js';
import type { RejectedEvent, ValidatedEvents } from '../validate-events.js';

/** The sender of a request, according to its key. */
export interface WireSender {
  /** The site that the events must be for: that of the key or, if no key is required, what was sent in place of one. */
  siteId: string | undefined;
  /** False if no key is required. */
  hasKey: boolean;
  /** With a public key, the visitor's address and user agent in the body cannot be trusted. */
  isPublic: boolean;
}

export interface EventRoute {
  /** As in the `Allow` header. */
  methods: string;
  /** Refuses unsupported content types; other wires ignore the header. */
  refuseType?: (contentType: string | undefined) => Refusal | undefined;
  /** For POST. */
  parseBody: (text: string, sender: WireSender, contentType: string | undefined) => ParseResult;
  /** For GET; HEAD only validates the event. */
  parseAddress?: (url: string) => ParseResult;
  keyOf: (req: IncomingMessage) => string | undefined;
  /** If no key is required, the site's id is sent in its place. */
  keyNamesSite?: true;
  /** The refusal if all events are refused. */
  nothingAccepted: (rejected: RejectedEvent[]) => Refusal;
  answer: (req: IncomingMessage, res: ServerResponse, validated: ValidatedEvents) => void;
}

/** A request of a client that sends no events. */
export interface ReplyRoute {
  methods: string;
  reply: (req: IncomingMessage, res: ServerResponse, path: string) => void;
}

export type WireRoute = EventRoute | ReplyRoute;

export interface Wire {
  routes: Record<string, WireRoute>;
  /** Routes with a variable part in the path, by the path as OpenAPI writes it. */
  patterns?: Record<string, { pattern: RegExp; route: WireRoute }>;
}
