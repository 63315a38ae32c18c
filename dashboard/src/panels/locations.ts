/** Where visitors are. */
import type { Panel, Tab } from './panel.ts';

const tab = (name: string): Tab => ({ name, dimension: name, metrics: ['visitors'] });

export const locations: Panel = {
  name: 'locations',
  tabs: [{ ...tab('country'), name: 'map', part: 'map' }, tab('country'), tab('region'), tab('city')],
};
