/** The backlog and throughput of each queue. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { components } from '../api-types.d.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { type Connection, openStream } from '../live/open-stream.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { apiBase } from '../router.ts';

type OperatorState = components['schemas']['OperatorState'];
type QueueState = OperatorState['queues'][number];

const operatorState = signal<OperatorState | undefined>(undefined);
const operatorConnection = signal<Connection>('connecting');

/** The stream is open while the calling component is mounted. */
function useOperatorStream(): void {
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

const counts = ['waiting', 'active', 'delayed', 'failed'] as const;

function QueueRow({ queue }: { queue: QueueState }) {
  const { name, rate_per_second: rate, oldest_waiting_seconds: oldest } = queue;
  return (
    <tr>
      <th scope="row">{name}</th>
      {counts.map((count) => (
        <td key={count} class={count === 'failed' && queue.failed > 0 ? 'bad' : undefined}>
          {formatNumber(queue[count])}
        </td>
      ))}
      <td>{formatNumber(rate)}</td>
      <td>{queue.waiting === 0 ? '–' : formatDuration(oldest)}</td>
    </tr>
  );
}

const QueueTable = ({ queues }: Pick<OperatorState, 'queues'>) => (
  <table class="numbers" aria-busy={false}>
    <thead>
      <tr>
        <th scope="col">{t('operator.queue')}</th>
        {counts.map((count) => (
          <th scope="col" key={count}>
            {t(`operator.${count}`)}
          </th>
        ))}
        <th scope="col">{t('operator.rate')}</th>
        <th scope="col">{t('operator.oldest')}</th>
      </tr>
    </thead>
    <tbody>
      {queues.map((queue) => (
        <QueueRow key={queue.name} queue={queue} />
      ))}
    </tbody>
  </table>
);

export function Queues() {
  useOperatorStream();
  const state = operatorState.value;
  return (
    <section class="card wide" aria-labelledby="queues">
      <h2 id="queues">{t('operator.queues')}</h2>
      {operatorConnection.value === 'lost' && (
        <p class="problem" role="status">
          {t('live.lost.long')}
        </p>
      )}
      {state ? (
        <>
          <p>
            {t('operator.rates', {
              received: formatNumber(state.events.received_per_second),
              stored: formatNumber(state.events.stored_per_second),
            })}
          </p>
          <ScrollBox label={t('operator.queue')}>
            <QueueTable queues={state.queues} />
          </ScrollBox>
        </>
      ) : (
        <p class="faint">{t('live.connecting')}</p>
      )}
    </section>
  );
}
