/** Opens the page or link of a row in a new tab. */
import { sendJson } from '../api.ts';
import { runQuery } from '../query-client.ts';
import { scope, siteId } from '../scope.ts';

/** By site; null if no host is known. */
const hosts = new Map<string, string | null>();
const finding = new Map<string, Promise<string | null>>();

/** The first configured hostname, else the one with the most views. */
async function findHost(site: string): Promise<string | null> {
  const { hostnames } = await sendJson<{ hostnames?: string[] }>(`/sites/${encodeURIComponent(site)}`);
  if (hostnames?.[0]) return hostnames[0];
  const query = {
    ...{ metrics: ['views'], dimensions: ['hostname'], filters: [['is_set', 'hostname']] },
    ...{ order_by: [['views', 'desc']] as [string, 'desc'][], limit: 1 },
  };
  const { results } = await runQuery('hosts', { ...scope.value!, filters: [] }, query, new AbortController().signal);
  return results[0]?.dimensions[0] ?? null;
}

/** Looks up the host of the current site unless it is cached. */
export async function prepareHost(): Promise<void> {
  const site = siteId.value;
  if (site === undefined) return;
  const found = finding.get(site) ?? findHost(site);
  finding.set(site, found);
  try {
    hosts.set(site, await found);
  } catch {
    // Nothing opens this time; the next click tries again.
    finding.delete(site);
  }
}

/** Whether a click can open a window synchronously. */
export const isPrepared = (): boolean => hosts.has(siteId.value ?? '');

/** Undefined unless it is a web address: values come with events and cannot be trusted. */
function addressOf(value: string): string | undefined {
  const host = hosts.get(siteId.value ?? '');
  const isWhole = /^https?:/i.test(value);
  if (!isWhole && (!host || !value.startsWith('/'))) return undefined;
  const address = isWhole ? value : `https://${host}${value}`;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isOurs = isWhole || url.hostname === host || url.host === host;
  return isOurs && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

export function openValue(value: string): void {
  const address = addressOf(value);
  if (address) open(address, '_blank', 'noopener,noreferrer');
}
