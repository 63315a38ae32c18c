/** What a tab shows just now: its own dimension, or the one that filters and choices put in its place. */
import { definitions } from '../definitions.ts';
import { view } from '../view.ts';
import { ofType, type Panel, type Tab } from './panel.ts';

export const chosenTab = ({ name, tabs, firstTab }: Panel): Tab => {
  const chosen = view.value.tabs[name] ?? firstTab?.();
  return tabs.find((tab) => tab.name === chosen) ?? tabs[0];
};

/** Of one browser its versions tell more than its name. */
function versionsOf(tab: Tab): Tab {
  const isOne = view.value.filters.some(
    ([operator, dimension, values]) => operator === 'is' && dimension === tab.dimension && values?.length === 1,
  );
  return tab.versions && isOne ? { ...tab, dimension: tab.versions, isSet: true } : tab;
}

/** The event and the property that were chosen among properties. */
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

/** Undefined until it is known which bots those are. */
function crawlersTab(tab: Tab): Tab | undefined {
  const names = definitions.value?.ai_crawlers;
  return names && { ...tab, filters: [['is', 'bot', names]] };
}

export function shownTab(tab: Tab): Tab | undefined {
  if (tab.name === 'ai_crawlers') return crawlersTab(tab);
  return tab.part === 'properties' ? propertyTab(tab) : versionsOf(tab);
}
