/** What was looked at. */
import { ofType, type Panel, type Tab } from './panel.ts';

/** Tabs about events of a type that is not views. */
const events = (name: string, dimension: string): Tab => ({
  ...{ name, dimension, metrics: ['visitors', 'events'], group: 'more_pages' },
  ...{ filters: ofType(name), clickFilters: ofType(name) },
});

export const pages: Panel = {
  name: 'pages',
  tabs: [
    { name: 'path', dimension: 'path', metrics: ['visitors', 'views'], filters: ofType('view') },
    { name: 'entry_page', dimension: 'entry_page', metrics: ['visitors', 'visits'], isSet: true },
    { name: 'exit_page', dimension: 'exit_page', metrics: ['visitors', 'visits'], isSet: true },
    {
      ...{ name: 'title', dimension: 'title', metrics: ['visitors', 'views'] },
      ...{ filters: ofType('view'), isSet: true, group: 'more_pages' },
    },
    events('outbound', 'property:url'),
    events('download', 'property:url'),
    events('not_found', 'path'),
  ],
};
