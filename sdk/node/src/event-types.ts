/** What may be tracked. The types with properties of their own are those of the table "event_type" in docs/ingestion.md. */

export type Properties = Record<string, unknown>;
/** null counts as absent. */
type Optional<T> = T | null | undefined;

/** Of the visitor whose request led to the event; used for country, device and visitor, and then forgotten. */
export interface VisitorContext {
  ip?: Optional<string>;
  user_agent?: Optional<string>;
}

/** What an event of any type may say. Lengths are in characters; Millrace finds out itself what is absent. */
export interface EventFields {
  /** Of another site than the client's. */
  site_id?: Optional<string>;
  /** A path or a whole address, up to 2048; absent: an event of no page. */
  path?: Optional<string>;
  /** Up to 128, as session_id and profile_id. */
  user_id?: Optional<string>;
  session_id?: Optional<string>;
  profile_id?: Optional<string>;
  /** When it happened, in ISO 8601 with a zone if it is a text; absent: now. */
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
  /** A name of the IANA, such as `Europe/Berlin`. */
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
  /** Name of the bot that it was. */
  bot?: Optional<string>;
  context?: Optional<VisitorContext>;
}

/** A decimal such as `"12.50"`: up to 12 digits, and 6 after the point. A number becomes such a text. */
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
  /** A payment every so many intervals, 1 to 366. */
  interval_count?: Optional<number>;
  subscription_id?: Optional<string>;
}

type Payment = Properties & Money & { transaction_id: string; status: 'succeeded' | 'failed' } & (SinglePayment | Plan);
/** `transaction_id` is that of the payment. */
type Refund = Properties & Money & { transaction_id: string; refund_id?: Optional<string> };
type Cost = Properties & Money & { category: string; feature: string };
type Cancellation = Properties & { ends?: Optional<'now' | 'period_end'>; currency?: Optional<string> };
type Tournament = Properties & { tournament_id: string; format: string; players: number };
type TournamentRevenue =
  | { revenue?: Optional<never>; currency?: Optional<string> }
  | { revenue: Amount; currency: string };

/** A subscription is named, or it is what one user pays for. */
type OfSubscription<P> =
  | { user_id: string; properties: P & { subscription_id?: Optional<string> } }
  | { properties: P & { subscription_id: string } };

/** What each type of its own demands. */
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

/** An event of a type that Millrace knows, told apart by `event_type`. */
export type TypedEvent = {
  [T in keyof TypedFields]: EventFields & { event_type: T } & TypedFields[T];
}[keyof TypedFields];

/** An event of type `T`; the properties of all types but those of {@link TypedEvent} are free. */
export type TrackedEvent<T extends string> = T extends keyof TypedFields
  ? EventFields & { event_type: T } & TypedFields[T]
  : EventFields & { event_type: T; properties?: Optional<Properties> };
