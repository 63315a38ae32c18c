/** What the installation as a whole does right now. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { components } from '../api-types.d.ts';
import { type Connection, openStream } from '../live/event-stream.ts';
import { apiBase } from '../place.ts';

export type OperatorState = components['schemas']['OperatorState'];
export type QueueState = OperatorState['queues'][number];

export const operatorState = signal<OperatorState | undefined>(undefined);
export const operatorConnection = signal<Connection>('connecting');

/** Open while the part that calls it is shown. */
export function useOperatorStream(): void {
  useEffect(
    () =>
      openStream<OperatorState>({
        ...{ path: `${apiBase.value}/operator/live`, event: 'operator' },
        onState: (state) => {
          operatorState.value = state;
        },
        onConnection: (connection) => {
          operatorConnection.value = connection;
        },
      }),
    [],
  );
}
