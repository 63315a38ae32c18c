/** What visitors look at the site with. */
import type { Panel, Tab } from './panel.ts';

const tab = (name: string): Tab => ({ name, dimension: name, metrics: ['visitors'] });

export const devices: Panel = {
  name: 'devices',
  tabs: [tab('browser'), tab('os'), tab('device'), tab('screen'), tab('language')],
};
