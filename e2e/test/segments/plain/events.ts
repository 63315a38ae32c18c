/** A site's events as plain objects, from which expected answers are counted in loops. */
import { type ContextColumn, contextColumns } from '@millrace/shared/contract/event-columns';
import type { PoolClient } from '@millrace/shared/platform/postgres';

export interface PlainEvent {
  /** Microseconds since 1970. */
  micros: number;
  id: string;
  user: string | null;
  session: string | null;
  event_type: string;
  path: string;
  /** The host, or `direct` without a referrer. */
  referrer: string;
  profile_id: string | null;
  properties: Record<string, string | null>;
  /** Columns that describe the visitor and the page. */
  context: Partial<Record<ContextColumn, string | null>>;
}

export interface PlainSite {
  /** Ordered by time, then by id. */
  events: PlainEvent[];
  sessionMinutes: number;
}

interface Found {
  events: (Omit<PlainEvent, 'properties'> & { properties: PlainEvent['properties'] | null })[] | null;
  hostnames: string[];
  sessionMinutes: number;
}

const statement = `/* e2e.plainEvents */
select hostnames, session_minutes as "sessionMinutes", (
  select json_agg(json_build_object(
    'micros', (extract(epoch from timestamp) * 1000000)::bigint, 'id', event_id, 'user', user_id, 'session', session_id,
    'event_type', event_type, 'path', path, 'referrer', referrer, 'profile_id', profile_id,
    'context', json_build_object(${contextColumns.map((name) => `'${name}', ${name}`).join(', ')}),
    'properties', (select json_object_agg(key, value) from jsonb_each_text(properties))) order by timestamp, event_id)
  from events where site_id = $1) as events
from sites where site_id = $1`;

/** Sufficient for the referrers of random events, which may lack a scheme and have anything after the host. */
function hostOf(referrer: string | null, own: string[]): string {
  const authority = (referrer ?? '').replace(/^([a-z][a-z0-9+.-]*:)?\/\//i, '').split(/[/?#]/)[0]!;
  const host = authority.toLowerCase().replace(/^www\./, '');
  return host === '' || own.includes(host) ? 'direct' : host;
}

/** Path rules move host and query string into properties. */
const withPathParts = (context: PlainEvent['context'], { hostname, query }: PlainEvent['properties']) => ({
  ...context,
  hostname: context.hostname ?? hostname ?? null,
  query: context.query ?? query ?? null,
});

/** All that the client's snapshot sees of a site. */
export async function readPlainSite(client: PoolClient, siteId: string): Promise<PlainSite> {
  const { events, hostnames, sessionMinutes } = (await client.query<Found>(statement, [siteId])).rows[0]!;
  const plain = (events ?? []).map((event) => ({
    ...event,
    ...{ referrer: hostOf(event.referrer, hostnames), properties: event.properties ?? {} },
    context: withPathParts(event.context, event.properties ?? {}),
  }));
  return { events: plain, sessionMinutes };
}

export const isBetween = ({ micros }: PlainEvent, { from, to }: { from: Date; to: Date }): boolean =>
  micros >= from.getTime() * 1_000 && micros < to.getTime() * 1_000;
