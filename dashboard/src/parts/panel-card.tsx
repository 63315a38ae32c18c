/** A panel on the page: its tabs, and the first rows of the chosen one. */
import { textOr } from '../i18n/text.ts';
import type { Panel } from '../panels/panel.ts';
import { changeView, view } from '../view.ts';
import { PanelTable } from './panel-table.tsx';

export function PanelCard({ panel: { name, tabs } }: { panel: Panel }) {
  const chosen = tabs.find((tab) => tab.name === view.value.tabs[name]) ?? tabs[0];
  return (
    <section class="card panel" aria-labelledby={`panel-${name}`}>
      <h2 id={`panel-${name}`}>{textOr(`panel.${name}`, name)}</h2>
      <div class="tabs">
        {tabs.map((tab) => (
          <button
            type="button"
            key={tab.name}
            aria-pressed={tab === chosen}
            onClick={() => changeView({ tabs: { ...view.value.tabs, [name]: tab.name } }, { replace: true })}
          >
            {textOr(`tab.${tab.name}`, tab.name)}
          </button>
        ))}
      </div>
      <PanelTable tab={chosen} />
    </section>
  );
}
