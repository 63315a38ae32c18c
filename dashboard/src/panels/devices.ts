/** What visitors look at the site with. */
import type { Panel, Tab } from './panel.ts';

const tab = (name: string): Tab => ({ name, dimension: name, metrics: ['visitors'] });

export const devices: Panel = {
  name: 'devices',
  tabs: [
    { ...tab('browser'), versions: 'browser_version' },
    { ...tab('os'), versions: 'os_version' },
    tab('device'),
    tab('screen'),
    tab('language'),
  ],
};
