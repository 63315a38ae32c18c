/** All panels, in the order of the page. */
import { bots } from './bots.ts';
import { devices } from './devices.ts';
import { events } from './events.ts';
import { locations } from './locations.ts';
import { pages } from './pages.ts';
import type { Panel } from './panel.ts';
import { sources } from './sources.ts';

export const panels: readonly Panel[] = [sources, pages, locations, devices, events, bots];
