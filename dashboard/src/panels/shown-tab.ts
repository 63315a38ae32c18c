/** Resolves what a tab currently shows, depending on filters and choices. */
import { definitions } from '../definitions.ts';
import { view } from '../view.ts';
import { ofType, type Panel, type Tab } from './panel.ts';

export const chosenTab = ({ name, tabs, firstTab }: Panel): Tab => {
  const chosen = view.value.tabs[name] ?? firstTab?.();
  return tabs.find((tab) => tab.name === chosen) ?? tabs[0];
};

/** For a single browser its versions are more interesting than its name. */
function versionsOf(tab: Tab): Tab {
  const isOne = view.value.filters.some(
    ([operator, dimension, values]) => operator === 'is' && dimension === tab.dimension && values?.length === 1,
  );
  return tab.versions && isOne ? { ...tab, dimension: tab.versions, isSet: true } : tab;
}

export const chosenProperty = (): { event?: string | undefined; property?: string | undefined } => ({
  event: view.value.tabs.event,
  property: view.value.tabs.property,
});

function propertyTab(tab: Tab): Tab {
  const { event, property } = chosenProperty();
  if (event === undefined || property === undefined) return tab;
  const filters = ofType(event);
  return { ...tab, dimension: `property:${property}`, filters, clickFilters: filters, isSet: true };
}

/** Undefined while the list of AI crawlers is loading. */
function crawlersTab(tab: Tab): Tab | undefined {
  const names = definitions.value?.ai_crawlers;
  return names && { ...tab, filters: [['is', 'bot', names]] };
}

export function shownTab(tab: Tab): Tab | undefined {
  if (tab.name === 'ai_crawlers') return crawlersTab(tab);
  return tab.part === 'properties' ? propertyTab(tab) : versionsOf(tab);
}
