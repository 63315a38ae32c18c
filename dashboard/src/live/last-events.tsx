/** The newest events as they arrive, without anything that identifies their visitors. */
import { formatTime } from '../format.ts';
import { t } from '../i18n/text.ts';
import { valueName } from '../parts/value-name.ts';
import type { LiveEvent } from './live-state.ts';

const columns = ['country', 'browser', 'source'] as const;

function EventRow({ event }: { event: LiveEvent }) {
  return (
    <tr>
      <td>{formatTime(new Date(event.at))}</td>
      <th scope="row" title={event.path}>
        {event.event_type !== 'view' && <span class="kind">{event.event_type}</span>}
        {event.path}
      </th>
      {columns.map((name) => (
        <td key={name}>{event[name] === null ? '–' : valueName(name, event[name])}</td>
      ))}
    </tr>
  );
}

export function LastEvents({ events }: { events: LiveEvent[] }) {
  return (
    <section class="card last-events" aria-labelledby="live-events">
      <h2 id="live-events">{t('live.events')}</h2>
      {events.length === 0 ? (
        <p class="empty">{t('live.events.none')}</p>
      ) : (
        <table aria-busy={false}>
          <thead>
            <tr>
              <th scope="col">{t('live.time')}</th>
              <th scope="col">{t('live.what')}</th>
              {columns.map((name) => (
                <th scope="col" key={name}>
                  {t(`dimension.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {events.map((event, place) => (
              <EventRow key={`${event.at} ${place}`} event={event} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
