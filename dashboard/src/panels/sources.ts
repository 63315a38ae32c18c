/** Where visitors came from. */
import type { Panel, Tab } from './panel.ts';

const tab = (name: string, isSet = false): Tab => ({ name, dimension: `visit:${name}`, metrics: ['visitors'], isSet });

export const sources: Panel = {
  name: 'sources',
  tabs: [
    tab('channel'),
    tab('source'),
    tab('referrer'),
    tab('utm_source', true),
    tab('utm_medium', true),
    tab('utm_campaign', true),
    tab('utm_term', true),
    tab('utm_content', true),
  ],
};
