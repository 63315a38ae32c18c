/** Adds to an event what can be found out about its visitor and its page; what was sent stays as it is. */
import type { Enrichment } from '@millrace/shared/enrichments';
import { type Event, type EventContext, hasContext } from '@millrace/shared/event-columns';
import { comparableHost } from '@millrace/shared/normalize-host';
import type { SentVisitor } from '@millrace/shared/sent-visitor';
import type { Facts } from '../facts.js';
import type { KnownSites } from '../sites/known-sites.js';
import type { SiteSettings } from '../sites/site-settings.js';
import { findSource } from './find-source.js';
import type { Locator } from './locate.js';
import type { NameVisitor } from './name-visitor.js';
import type { AgentReader } from './read-agent.js';
import { readCampaign } from './read-campaign.js';
import { type Page, readPage } from './read-page.js';

/** False when sites or salts are not known at the moment: the event must not be stored as it is. */
export type Enrich = (event: Event, visitor: SentVisitor | undefined, facts: Facts | undefined) => boolean;

export interface EnrichDeps {
  sites: KnownSites;
  readAgent: AgentReader;
  locator: Locator;
  nameVisitor: NameVisitor;
  now: () => number;
}

/** Whose event it is: what a server passes on, or what the request itself says. */
interface Origin extends Partial<Facts> {
  page: Page;
  settings: SiteSettings;
}

type Found = { [Name in keyof EventContext]?: string | undefined };

function fill(event: Event, found: Found): void {
  for (const [name, value] of Object.entries(found)) {
    if (value !== undefined && value !== '') event[name as keyof EventContext] ??= value;
  }
}

/** Where the visitor came from; nothing for what happens within the site. */
function sourceOf(event: Event, { settings }: Origin): Found {
  const { referrer, hostname, utm_source, utm_medium, utm_campaign, click_id } = event;
  const referrerHost = referrer ? comparableHost(referrer) : undefined;
  const isOwn =
    referrerHost !== undefined &&
    (settings.hostnames.includes(referrerHost) ||
      (hostname !== undefined && comparableHost(hostname) === referrerHost));
  const isCampaign = utm_source !== undefined || utm_medium !== undefined || click_id !== undefined;
  if (!isCampaign && (isOwn || (referrerHost === undefined && event.event_type !== 'view'))) return {};
  return findSource({
    ...{ utm_source, utm_medium, utm_campaign, click_id },
    ...(!isOwn && { referrerHost }),
  });
}

type Step = (event: Event, origin: Origin, deps: EnrichDeps) => Found;

function readAgentOf({ userAgent, hints }: Origin, { readAgent }: EnrichDeps) {
  return userAgent ? readAgent(userAgent, hints) : {};
}

/** What a server says of the visitor stands for what its own request says. */
function passedOn({ ip, user_agent: userAgent }: SentVisitor = {}): Partial<Facts> {
  return { ...(ip && { address: ip, country: undefined }), ...(userAgent && { userAgent, hints: {} }) };
}

/** In this order: each may use what those before it have found. */
const steps: Record<Exclude<Enrichment, 'visitor'>, Step> = {
  page: (_event, { page, hostname }) => ({ hostname: page.hostname ?? hostname, query: page.query }),
  campaign: ({ query }, { page }) => readCampaign(query ?? page.query ?? ''),
  source: sourceOf,
  agent(_event, origin, deps) {
    const { bot: _bot, ...agent } = readAgentOf(origin, deps);
    return agent;
  },
  bot: (_event, origin, deps) => ({ bot: readAgentOf(origin, deps).bot }),
  location: ({ timezone }, { country, address = '' }, { locator }) =>
    country ? { country } : locator.locate(address, timezone),
  language: (_event, { language }) => ({ language }),
};
const stepNames = Object.keys(steps) as (keyof typeof steps)[];

/** False when the salt of the day is not known. */
function nameUnknown(event: Event, { address, userAgent = '', settings }: Origin, deps: EnrichDeps): boolean {
  const salts = deps.sites.salts();
  if (event.user_id !== undefined || !salts || !address || settings.off.includes('visitor')) return true;
  const { site_id: siteId, timestamp } = event;
  const visitor = { siteId, address, userAgent, timestamp, sessionMinutes: settings.sessionMinutes };
  const name = deps.nameVisitor(visitor, salts, deps.now());
  if (name !== undefined) event.user_id = name;
  return name !== undefined;
}

/** An event that says nothing of a visitor or a page costs no more than the question whether it does. */
export function createEnrich(deps: EnrichDeps): Enrich {
  return (event, visitor, facts) => {
    if (facts === undefined && visitor === undefined && !hasContext(event)) return true;
    const settings = deps.sites.settingsOf(event.site_id);
    if (!settings) return false;
    const origin: Origin = { ...facts, ...passedOn(visitor), page: readPage(event.path), settings };
    for (const name of stepNames) {
      if (!settings.off.includes(name)) fill(event, steps[name](event, origin, deps));
    }
    return nameUnknown(event, origin, deps);
  };
}
