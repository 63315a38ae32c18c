import { goals, goalsProblem } from '../goals.ts';
import { ofType, type Panel, type Tab } from './panel.ts';

const visitTab = (name: string): Tab => ({ name, dimension: `visit:${name}`, metrics: ['visitors'] });
const campaignTab = (name: string): Tab => ({ ...visitTab(name), isSet: true, group: 'campaigns' });

const sources: Panel = {
  name: 'sources',
  tabs: [
    visitTab('channel'),
    visitTab('source'),
    visitTab('referrer'),
    campaignTab('utm_campaign'),
    campaignTab('utm_source'),
    campaignTab('utm_medium'),
    campaignTab('utm_term'),
    campaignTab('utm_content'),
  ],
};

/** A tab about one event type other than `view`. */
const eventTab = (name: string, dimension: string): Tab => ({
  ...{ name, dimension, metrics: ['visitors', 'events'], group: 'more_pages' },
  ...{ filters: ofType(name), clickFilters: ofType(name) },
});

const pages: Panel = {
  name: 'pages',
  tabs: [
    { name: 'path', dimension: 'path', metrics: ['visitors', 'views'], filters: ofType('view') },
    { name: 'entry_page', dimension: 'entry_page', metrics: ['visitors', 'visits'], isSet: true },
    { name: 'exit_page', dimension: 'exit_page', metrics: ['visitors', 'visits'], isSet: true },
    {
      ...{ name: 'title', dimension: 'title', metrics: ['visitors', 'views'] },
      ...{ filters: ofType('view'), isSet: true, group: 'more_pages' },
    },
    eventTab('outbound', 'property:url'),
    eventTab('download', 'property:url'),
    eventTab('not_found', 'path'),
  ],
};

const visitorTab = (name: string): Tab => ({ name, dimension: name, metrics: ['visitors'] });

const locations: Panel = {
  name: 'locations',
  tabs: [
    { ...visitorTab('country'), name: 'map', part: 'map' },
    visitorTab('country'),
    visitorTab('region'),
    visitorTab('city'),
  ],
};

const devices: Panel = {
  name: 'devices',
  tabs: [
    { ...visitorTab('browser'), versions: 'browser_version' },
    { ...visitorTab('os'), versions: 'os_version' },
    visitorTab('device'),
    visitorTab('screen'),
    visitorTab('language'),
  ],
};

const eventMetrics = ['visitors', 'events'];

const events: Panel = {
  name: 'events',
  tabs: [
    { name: 'goals', dimension: 'event_type', metrics: eventMetrics, part: 'goals' },
    { name: 'event_type', dimension: 'event_type', metrics: eventMetrics },
    { name: 'properties', dimension: 'event_type', metrics: eventMetrics, part: 'properties' },
  ],
  // A site without goals shows its events instead.
  firstTab: () => (goalsProblem.value || goals.value?.length === 0 ? 'event_type' : 'goals'),
};

const botMetrics = { isOfBots: true, metrics: ['events'] } as const;

/** Search engines, crawlers and monitors. */
const bots: Panel = {
  name: 'bots',
  tabs: [
    { ...botMetrics, name: 'bot', dimension: 'bot', isSet: true },
    { ...botMetrics, name: 'ai_crawlers', dimension: 'bot', isSet: true },
    { ...botMetrics, name: 'bot_pages', dimension: 'path', filters: [...ofType('view'), ['is_set', 'bot']] },
  ],
};

/** In the order in which the page shows them. */
export const panels: readonly Panel[] = [sources, pages, locations, devices, events, bots];
