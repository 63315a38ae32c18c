/** A wire is a format in which events arrive: addresses, how a body becomes candidate events, and how its client is answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '@millrace/shared/platform/errors';
import type { ParseResult } from '../parse-events.js';
import type { RejectedEvent, ValidatedEvents } from '../validate-events.js';

/** Whom the events of a body come from, as far as the request has said it. */
export interface WireSender {
  /** The only site that they may be of: that of the key, or what was sent in its place where no key is needed. */
  siteId: string | undefined;
  /** False where no key is needed. */
  hasKey: boolean;
  /** The key stands in a page: it cannot vouch for what is said of the visitor's address and agent. */
  isPublic: boolean;
}

export interface EventRoute {
  /** As `Allow` and preflights name them. */
  methods: string;
  /** Why a body of this type cannot be understood; bodies of other wires are understood by their bytes alone. */
  refuseType?: (contentType: string | undefined) => Refusal | undefined;
  /** The events of a POST. */
  parseBody: (text: string, sender: WireSender, contentType: string | undefined) => ParseResult;
  /** The event of a GET; HEAD only checks it. */
  parseAddress?: (url: string) => ParseResult;
  keyOf: (req: IncomingMessage) => string | undefined;
  /** Without a key, what stands in its place is the id of the site. */
  keyNamesSite?: true;
  /** What is answered when no event can be accepted. */
  nothingAccepted: (rejected: RejectedEvent[]) => Refusal;
  answer: (req: IncomingMessage, res: ServerResponse, validated: ValidatedEvents) => void;
}

/** Something that a client asks for besides. */
export interface ReplyRoute {
  methods: string;
  reply: (req: IncomingMessage, res: ServerResponse, path: string) => void;
}

export type WireRoute = EventRoute | ReplyRoute;

export interface Wire {
  routes: Record<string, WireRoute>;
  /** Routes whose addresses have a part that varies. */
  patterns?: [RegExp, WireRoute][];
}
