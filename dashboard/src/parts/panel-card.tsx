/** A panel: its tabs and the first rows of the chosen one. */
import { useEffect } from 'preact/hooks';
import { withDeferred } from '../deferred.ts';
import { areGoalsLoaded } from '../goals.ts';
import { t, textOr } from '../i18n/text.ts';
import { MapTab } from '../map/map-tab.tsx';
import type { Panel, Tab } from '../panels/panel.ts';
import { chosenTab, shownTab } from '../panels/shown-tab.ts';
import { refreshCount } from '../use-request.ts';
import { changeView, view } from '../view.ts';
import { lazy } from './lazy.tsx';
import { PanelTable } from './panel-table.tsx';
import { PanelTabs } from './panel-tabs.tsx';

const Waiting = () => <div class="rows waiting" />;

/** Tabs that are not plain lists. */
const parts = {
  map: MapTab,
  goals: lazy<{ tab: Tab }>(async () => (await import('../events/goals-tab.tsx')).GoalsTab, Waiting),
  properties: lazy<{ tab: Tab }>(
    async () => (await withDeferred(import('../events/properties-tab.tsx'))).PropertiesTab,
    Waiting,
  ),
};

const Details = lazy<{ panel: Panel; tab: Tab }>(
  async () => (await withDeferred(import('../details/details-dialog.tsx'))).DetailsDialog,
);

async function loadDefinitions(): Promise<void> {
  (await import('../load-definitions.ts')).loadDefinitions();
}

function TabBody({ tab }: { tab: Tab }) {
  const shown = shownTab(tab);
  // The definitions contain the list of AI crawlers.
  const refresh = refreshCount.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a refresh retries what failed.
  useEffect(() => {
    if (!shown) void loadDefinitions();
  }, [shown, refresh]);
  // Whether there are goals decides which tab is shown.
  if (!shown || (tab.part === 'goals' && !areGoalsLoaded.value)) return <Waiting />;
  const Part = tab.part && parts[tab.part];
  return Part ? <Part tab={shown} /> : <PanelTable key={shown.dimension} tab={shown} />;
}

/** Only lists of values have details. */
const hasDetails = (tab: Tab) => tab.part !== 'goals' && !(tab.part === 'properties' && tab.dimension === 'event_type');

export function PanelCard({ panel }: { panel: Panel }) {
  const { name } = panel;
  const chosen = chosenTab(panel);
  const shown = shownTab(chosen);
  return (
    <section class="card panel" aria-labelledby={`panel-${name}`}>
      <div class="panel-head">
        <h2 id={`panel-${name}`}>{textOr(`panel.${name}`, name)}</h2>
        {shown && hasDetails(shown) && (
          <button
            type="button"
            class="more"
            aria-label={t('details.of', { panel: textOr(`panel.${name}`, name) })}
            onClick={() => changeView({ details: name })}
          >
            {t('details')}
          </button>
        )}
      </div>
      <PanelTabs panel={panel} />
      <TabBody key={chosen.name} tab={chosen} />
      {view.value.details === name && shown && <Details panel={panel} tab={shown} />}
    </section>
  );
}
