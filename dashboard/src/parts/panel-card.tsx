/** A panel on the page: its tabs, and the first rows of the chosen one. */
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

/** Tabs that are more than a list. */
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
  // Which bots are crawlers of AI services comes from there.
  const refresh = refreshCount.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what failed before is asked again.
  useEffect(() => {
    if (!shown) void loadDefinitions();
  }, [shown, refresh]);
  // Without goals another tab takes the place of theirs.
  if (!shown || (tab.part === 'goals' && !areGoalsLoaded.value)) return <Waiting />;
  const Part = tab.part && parts[tab.part];
  return Part ? <Part tab={shown} /> : <PanelTable key={shown.dimension} tab={shown} />;
}

/** What is not a list of values has no details. */
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
