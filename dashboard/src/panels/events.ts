/** What visitors did. */
import type { Panel } from './panel.ts';

export const events: Panel = {
  name: 'events',
  tabs: [{ name: 'event_type', dimension: 'event_type', metrics: ['visitors', 'events'] }],
};
