/** What visitors did. */
import { goals, goalsProblem } from '../goals.ts';
import type { Panel } from './panel.ts';

const metrics = ['visitors', 'events'];

export const events: Panel = {
  name: 'events',
  tabs: [
    { name: 'goals', dimension: 'event_type', metrics, part: 'goals' },
    { name: 'event_type', dimension: 'event_type', metrics },
    { name: 'properties', dimension: 'event_type', metrics, part: 'properties' },
  ],
  // Whoever has no goals sees what there is.
  firstTab: () => (goalsProblem.value || goals.value?.length === 0 ? 'event_type' : 'goals'),
};
