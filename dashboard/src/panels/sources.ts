/** Where visitors came from. */
import type { Panel, Tab } from './panel.ts';

const tab = (name: string): Tab => ({ name, dimension: `visit:${name}`, metrics: ['visitors'] });
const campaign = (name: string): Tab => ({ ...tab(name), isSet: true, group: 'campaigns' });

export const sources: Panel = {
  name: 'sources',
  tabs: [
    tab('channel'),
    tab('source'),
    tab('referrer'),
    campaign('utm_campaign'),
    campaign('utm_source'),
    campaign('utm_medium'),
    campaign('utm_term'),
    campaign('utm_content'),
  ],
};
