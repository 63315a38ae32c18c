/** Types of events. Typed events are those of the table "event_type" in docs/ingestion.md. */

export type Properties = Record<string, unknown>;
/** null means absent. */
type Optional<T> = T | null | undefined;

/** Of the visitor whose request caused the event; used to derive country, device and visitor, and then discarded. */
export interface VisitorContext {
  ip?: Optional<string>;
  user_agent?: Optional<string>;
}

/** The fields of any event. Lengths are in characters; Millrace derives absent fields itself where it can. */
export interface EventFields {
  /** Overrides the client's site. */
  site_id?: Optional<string>;
  /** A path or a full address, up to 2048; absent: an event without a page. */
  path?: Optional<string>;
  /** Up to 128, as are session_id and profile_id. */
  user_id?: Optional<string>;
  session_id?: Optional<string>;
  profile_id?: Optional<string>;
  /** When it happened; as a string, ISO 8601 with a time zone. Absent: now. */
  timestamp?: Optional<string | Date>;
  /** A UUID; events of a site with the same event_id and timestamp are one event. Absent: a new one. */
  event_id?: Optional<string>;
  referrer?: Optional<string>;
  hostname?: Optional<string>;
  title?: Optional<string>;
  query?: Optional<string>;
  /** Two letters of ISO 3166. */
  country?: Optional<string>;
  region?: Optional<string>;
  city?: Optional<string>;
  browser?: Optional<string>;
  browser_version?: Optional<string>;
  os?: Optional<string>;
  os_version?: Optional<string>;
  device?: Optional<string>;
  language?: Optional<string>;
  /** Such as `1920x1080`. */
  screen?: Optional<string>;
  /** An IANA name such as `Europe/Berlin`. */
  timezone?: Optional<string>;
  utm_source?: Optional<string>;
  utm_medium?: Optional<string>;
  utm_campaign?: Optional<string>;
  utm_term?: Optional<string>;
  utm_content?: Optional<string>;
  /** The name of the parameter, such as `gclid`, never its value. */
  click_id?: Optional<string>;
  source?: Optional<string>;
  channel?: Optional<string>;
  /** The name of the bot. */
  bot?: Optional<string>;
  context?: Optional<VisitorContext>;
}

/** A decimal such as `"12.50"`: up to 12 digits, and 6 decimals. A number is converted to a string. */
export type Amount = string | number;
export type Interval = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** Currencies are three letters of ISO 4217. */
interface Money {
  amount: Amount;
  currency: string;
}

interface SinglePayment {
  interval?: Optional<never>;
  interval_count?: Optional<never>;
  subscription_id?: Optional<never>;
}

interface Plan {
  interval: Interval;
  /** The number of intervals between payments, 1 to 366. */
  interval_count?: Optional<number>;
  subscription_id?: Optional<string>;
}

type Payment = Properties & Money & { transaction_id: string; status: 'succeeded' | 'failed' } & (SinglePayment | Plan);
/** `transaction_id` is the one of the payment. */
type Refund = Properties & Money & { transaction_id: string; refund_id?: Optional<string> };
type Cost = Properties & Money & { category: string; feature: string };
type Cancellation = Properties & { ends?: Optional<'now' | 'period_end'>; currency?: Optional<string> };
type Tournament = Properties & { tournament_id: string; format: string; players: number };
type TournamentRevenue =
  | { revenue?: Optional<never>; currency?: Optional<string> }
  | { revenue: Amount; currency: string };

/** The subscription is given by its id or, without one, by its user. */
type OfSubscription<P> =
  | { user_id: string; properties: P & { subscription_id?: Optional<string> } }
  | { properties: P & { subscription_id: string } };

/** What each typed event requires. */
interface TypedFields {
  signup: { user_id: string; properties?: Optional<Properties> };
  payment: { properties: Payment };
  refund: { properties: Refund };
  revenue: { properties: Properties & Money };
  cost: { properties: Cost };
  subscription_changed: OfSubscription<Properties & Money & Plan>;
  subscription_canceled: OfSubscription<Cancellation> | { user_id: string; properties?: Optional<Cancellation> };
  tournament_created: { properties: Tournament };
  tournament_completed: { properties: Tournament & { duration_minutes: number } & TournamentRevenue };
}

/** An event of a type with properties of its own, discriminated by `event_type`. */
export type TypedEvent = {
  [T in keyof TypedFields]: EventFields & { event_type: T } & TypedFields[T];
}[keyof TypedFields];

/** An event of type `T`; properties are free-form except for the types of {@link TypedEvent}. */
export type TrackedEvent<T extends string> = T extends keyof TypedFields
  ? EventFields & { event_type: T } & TypedFields[T]
  : EventFields & { event_type: T; properties?: Optional<Properties> };
