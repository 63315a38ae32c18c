/** What is happening on the current site: one stream, shared by everything that shows it. */
import { computed, effect, signal } from '@preact/signals';
import type { components } from '../api-types.d.ts';
import { apiBase } from '../router.ts';
import { siteId } from '../scope.ts';
import { canView, session } from '../session.ts';
import { type Connection, openStream } from './open-stream.ts';

export type LiveState = components['schemas']['LiveState'];
export type LiveRow = LiveState['pages'][number];
export type LiveEvent = LiveState['events'][number];

/** Undefined until the first message. */
export const live = signal<LiveState | undefined>(undefined);
export const liveConnection = signal<Connection>('connecting');

const path = computed(() =>
  session.value && siteId.value !== undefined && canView(siteId.value)
    ? `${apiBase.value}/sites/${encodeURIComponent(siteId.value)}/live`
    : undefined,
);

/** Opens the stream of the current site, and reconnects when the site changes. */
export function watchLive(): void {
  effect(() => {
    live.value = undefined;
    if (path.value === undefined) return undefined;
    return openStream<LiveState>({
      ...{ path: path.value, event: 'live' },
      onState: (state) => {
        live.value = state;
      },
      onConnection: (connection) => {
        liveConnection.value = connection;
      },
    });
  });
}
