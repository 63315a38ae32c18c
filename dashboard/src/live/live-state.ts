/** What happens on the site of the page right now: one stream for all that shows it. */
import { computed, effect, signal } from '@preact/signals';
import type { components } from '../api-types.d.ts';
import { apiBase } from '../router.ts';
import { siteId } from '../scope.ts';
import { canView, session } from '../session.ts';
import { type Connection, openStream } from './open-stream.ts';

export type LiveState = components['schemas']['LiveState'];
export type LiveRow = LiveState['pages'][number];
export type LiveEvent = LiveState['events'][number];

/** Undefined until it is known. */
export const live = signal<LiveState | undefined>(undefined);
export const liveConnection = signal<Connection>('connecting');

const path = computed(() =>
  session.value && siteId.value !== undefined && canView(siteId.value)
    ? `${apiBase.value}/sites/${encodeURIComponent(siteId.value)}/live`
    : undefined,
);

/** Watches whichever site is shown. */
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
