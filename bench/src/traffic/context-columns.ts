/** What ingestion would have found out about the visits of the traffic, as columns. */
import type { TrafficEvent } from './make-session.js';

const named =
  'hostname country region city browser browser_version os os_version device language screen timezone'.split(' ');
const campaigns = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content'];

/** In the order of {@link splitContext}'s names. */
export const contextColumns: readonly string[] = [...named, ...campaigns, 'source', 'channel'];

/** What a medium is a kind of; referrers without one are referrals. */
const channels: Record<string, string> = {
  email: 'Email',
  cpc: 'Paid Search',
  social: 'Organic Social',
  organic: 'Organic Search',
  affiliate: 'Affiliates',
  display: 'Display',
};

const hostOf = (referrer: string | undefined) => (referrer === undefined ? undefined : new URL(referrer).hostname);

type Values = Record<string, string | number | undefined>;

/** The properties that are columns, and those that are left. */
export function splitContext({ properties = {}, referrer }: TrafficEvent): { context: Values; properties: Values } {
  const given = properties as Values;
  const isColumn = (name: string) => contextColumns.includes(name);
  const split = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => keep(name)));
  const host = hostOf(referrer);
  const channel = given.utm_medium ? channels[String(given.utm_medium)] : host ? 'Referral' : 'Direct';
  return {
    context: { ...split(isColumn), source: given.utm_source ?? host, channel },
    properties: split((name) => !isColumn(name)),
  };
}
