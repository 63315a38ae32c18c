/** The tabs of a panel in one line. Tabs of a group share a button, with a menu to choose between them. */
import { t, textOr } from '../i18n/text.ts';
import type { Panel, Tab } from '../panels/panel.ts';
import { chosenTab } from '../panels/shown-tab.ts';
import { changeView, view } from '../view.ts';

const tabName = ({ name }: Tab) => textOr(`tab.${name}`, name);

const choose = (panel: Panel, tab: string) =>
  changeView({ tabs: { ...view.value.tabs, [panel.name]: tab } }, { replace: true });

function TabButton({ panel, tab, isChosen }: { panel: Panel; tab: Tab; isChosen: boolean }) {
  return (
    <button type="button" aria-pressed={isChosen} onClick={() => choose(panel, tab.name)}>
      {tab.group ? textOr(`tab.${tab.group}`, tab.group) : tabName(tab)}
    </button>
  );
}

function GroupChooser({ panel, chosen }: { panel: Panel; chosen: Tab }) {
  const tabs = panel.tabs.filter(({ group }) => group === chosen.group);
  return (
    <select
      aria-label={t('tab.chooser')}
      value={chosen.name}
      onChange={({ currentTarget }) => choose(panel, currentTarget.value)}
    >
      {tabs.map((tab) => (
        <option key={tab.name} value={tab.name}>
          {tabName(tab)}
        </option>
      ))}
    </select>
  );
}

export function PanelTabs({ panel }: { panel: Panel }) {
  const chosen = chosenTab(panel);
  const isFirst = (tab: Tab, at: number) =>
    !tab.group || panel.tabs.findIndex(({ group }) => group === tab.group) === at;
  return (
    <div class="tabs">
      {panel.tabs.filter(isFirst).map((tab) => (
        <TabButton
          key={tab.name}
          {...{ panel, tab }}
          isChosen={tab === chosen || (tab.group !== undefined && tab.group === chosen.group)}
        />
      ))}
      {chosen.group && <GroupChooser panel={panel} chosen={chosen} />}
    </div>
  );
}
