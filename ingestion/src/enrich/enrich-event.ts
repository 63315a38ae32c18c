/** Fills in columns of an event that were not sent, from its page, its visitor and the request. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import type { Enrichment } from '@millrace/shared/contract/enrichments';
import type { AcceptedEvent } from '@millrace/shared/contract/event';
import { type Event, hasContext, withAllColumns } from '@millrace/shared/contract/event-columns';
import { comparableHost } from '@millrace/shared/contract/normalize-host';
import { typedEvents } from '@millrace/shared/contract/typed-events';
import type { Facts } from '../facts.js';
import type { KnownSites } from '../sites/known-sites.js';
import type { SiteSettings } from '../sites/site-settings.js';
import { type FoundSource, findSource } from './find-source.js';
import type { Locator } from './locate.js';
import type { NameVisitor } from './name-visitor.js';
import type { Agent, AgentReader } from './read-agent.js';
import { readCampaign } from './read-campaign.js';
import { type Page, readPage } from './read-page.js';
import { remember } from './remember.js';

/** Returns false if site settings or salts are not loaded; the event must not be stored then. */
export type Enrich = (accepted: AcceptedEvent, facts: Facts | undefined) => boolean;

export interface EnrichDeps {
  sites: KnownSites;
  readAgent: AgentReader;
  locator: Locator;
  nameVisitor: NameVisitor;
  now: () => number;
}

/** The visitor that a server passes on, or else the sender of the request. */
interface Origin {
  address: string | undefined;
  userAgent: string | undefined;
  agent: Agent | undefined;
  language: string | undefined;
  hostname: string | undefined;
  country: string | undefined;
  page: Page;
  settings: SiteSettings;
}

/** The visitor that a server passes on replaces the sender of the request. */
function originOf(
  { event, visitor }: AcceptedEvent,
  facts: Facts | undefined,
  settings: SiteSettings,
  readAgent: AgentReader,
): Origin {
  const ip = (visitor?.ip && normalizeAddress(visitor.ip)) || undefined;
  const sent = visitor?.user_agent || undefined;
  const userAgent = sent ?? facts?.userAgent;
  return {
    address: ip ?? facts?.address,
    userAgent,
    agent: userAgent ? readAgent(userAgent, sent === undefined ? facts?.hints : undefined) : undefined,
    language: facts?.language,
    hostname: facts?.hostname,
    country: ip === undefined ? facts?.country : undefined,
    page: readPage(event.path),
    settings,
  };
}

/** The host of a URL or a bare host; empty for anything else. */
const hostOf = remember(2_000, (given) => comparableHost(given) ?? '');
const sourceOfHost = remember(1_000, (host) => findSource({ referrerHost: host }));

/** Source and channel; nothing for navigation within the site. */
function sourceOf(event: Event, { settings }: Origin): FoundSource | undefined {
  const { referrer, hostname = '', utm_source, utm_medium, utm_campaign, click_id } = event;
  const host = (referrer && hostOf(referrer)) || undefined;
  const isOwn = host !== undefined && (host === hostOf(hostname) || settings.hostnames.includes(host));
  const isCampaign = utm_source !== undefined || utm_medium !== undefined || click_id !== undefined;
  if (!isCampaign && (isOwn || (host === undefined && event.event_type !== 'view'))) return undefined;
  if (!isCampaign) return sourceOfHost(host ?? '');
  return findSource({ utm_source, utm_medium, utm_campaign, click_id, referrerHost: isOwn ? undefined : host });
}

type Step = (event: Event, origin: Origin, deps: EnrichDeps) => void;

/**
 * The order matters: each step may use the results of the previous ones. Columns are assigned one by one in a fixed order, so that
 * all events have the same hidden class; a loop over names takes five times as long.
 */
const steps: Record<Exclude<Enrichment, 'visitor'>, Step> = {
  page(event, { page, hostname }) {
    event.hostname ??= page.hostname ?? hostname;
    event.query ??= page.query;
  },
  campaign(event, { page }) {
    const query = event.query ?? page.query;
    if (!query) return;
    const campaign = readCampaign(query);
    event.utm_source ??= campaign.utm_source;
    event.utm_medium ??= campaign.utm_medium;
    event.utm_campaign ??= campaign.utm_campaign;
    event.utm_term ??= campaign.utm_term;
    event.utm_content ??= campaign.utm_content;
    event.click_id ??= campaign.click_id;
  },
  source(event, origin) {
    const found = sourceOf(event, origin);
    event.source ??= found?.source;
    event.channel ??= found?.channel;
  },
  agent(event, { agent }) {
    if (!agent) return;
    event.browser ??= agent.browser;
    if (event.browser === agent.browser) event.browser_version ??= agent.browser_version;
    event.os ??= agent.os;
    if (event.os === agent.os) event.os_version ??= agent.os_version;
    event.device ??= agent.device;
  },
  bot(event, { agent }) {
    if (agent && !typedEvents.has(event.event_type)) event.bot ??= agent.bot;
  },
  location(event, { country, address = '' }, { locator }) {
    const place = country ? { country } : locator.locate(address, event.timezone);
    event.country ??= place.country;
    if (event.country !== place.country) return;
    event.region ??= place.region;
    event.city ??= place.city;
  },
  language(event, { language }) {
    event.language ??= language;
  },
};
const stepNames = Object.keys(steps) as (keyof typeof steps)[];

/** Returns false if the day's salt is not loaded. */
function assignVisitorId(event: Event, { address, userAgent = '', settings }: Origin, deps: EnrichDeps): boolean {
  const salts = deps.sites.salts();
  if (event.user_id !== undefined || !salts || !address || settings.off.includes('visitor')) return true;
  const { site_id: siteId, timestamp } = event;
  const visitor = { siteId, address, userAgent, timestamp, sessionMinutes: settings.sessionMinutes };
  const name = deps.nameVisitor(visitor, salts, deps.now());
  if (name !== undefined) event.user_id = name;
  return name !== undefined;
}

/** Events of servers without visitor and page are almost free. */
export function createEnrich(deps: EnrichDeps): Enrich {
  return (accepted, facts) => {
    const { visitor } = accepted;
    if (facts === undefined && visitor === undefined && !accepted.hasContext) return true;
    const settings = deps.sites.settingsOf(accepted.event.site_id);
    if (!settings) return false;
    // Events without context columns have no slots for them yet.
    if (visitor === undefined && !accepted.hasContext) accepted.event = withAllColumns(accepted.event);
    const { event } = accepted;
    const origin = originOf(accepted, facts, settings, deps.readAgent);
    for (const name of stepNames) if (!settings.off.includes(name)) steps[name](event, origin, deps);
    accepted.hasContext ||= hasContext(event);
    return assignVisitorId(event, origin, deps);
  };
}
