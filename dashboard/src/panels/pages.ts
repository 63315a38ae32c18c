/** What was looked at. */
import type { Filter } from '../view.ts';
import type { Panel } from './panel.ts';

const ofType = (type: string): Filter[] => [['is', 'event_type', [type]]];

export const pages: Panel = {
  name: 'pages',
  tabs: [
    { name: 'path', dimension: 'path', metrics: ['visitors', 'views'], filters: ofType('view') },
    { name: 'entry_page', dimension: 'entry_page', metrics: ['visitors', 'visits'], isSet: true },
    { name: 'exit_page', dimension: 'exit_page', metrics: ['visitors', 'visits'], isSet: true },
    { name: 'title', dimension: 'title', metrics: ['visitors', 'views'], filters: ofType('view'), isSet: true },
    { name: 'outbound', dimension: 'property:url', metrics: ['visitors', 'events'], filters: ofType('outbound') },
    { name: 'download', dimension: 'property:url', metrics: ['visitors', 'events'], filters: ofType('download') },
    { name: 'not_found', dimension: 'path', metrics: ['visitors', 'events'], filters: ofType('not_found') },
  ],
};
