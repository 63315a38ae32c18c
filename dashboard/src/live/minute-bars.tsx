/** Views per minute: bars, and a sentence and a table for screen readers. */
import { formatNumber } from '../format.ts';
import { formatClock } from '../format-instant.ts';
import { t } from '../i18n/text.ts';
import type { LiveState } from './live-state.ts';

const minuteMs = 60_000;

interface Minute {
  time: string;
  views: number;
}

/** The last minute is the one that contains `at`. */
const minutesOf = ({ at, views_per_minute: views }: LiveState): Minute[] =>
  views.map((count, place) => ({
    time: formatClock(Date.parse(at) - (views.length - 1 - place) * minuteMs),
    views: count,
  }));

function MinuteTable({ minutes }: { minutes: Minute[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('interval.minute')}</th>
          <th scope="col">{t('metric.views')}</th>
        </tr>
      </thead>
      <tbody>
        {minutes.map(({ time, views }) => (
          <tr key={time}>
            <th scope="row">{time}</th>
            <td>{formatNumber(views)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function MinuteBars({ state }: { state: LiveState }) {
  const minutes = minutesOf(state);
  const most = Math.max(1, ...minutes.map(({ views }) => views));
  const all = minutes.reduce((sum, { views }) => sum + views, 0);
  return (
    <figure class="minutes">
      <figcaption class="unseen">
        {t('live.minutes.summary', { count: formatNumber(all), most: formatNumber(most) })}
      </figcaption>
      <div class="bars" aria-hidden="true">
        {minutes.map(({ time, views }, place) => (
          <span key={place} title={`${time}: ${formatNumber(views)}`}>
            <i style={{ blockSize: `${(100 * views) / most}%` }} />
          </span>
        ))}
      </div>
      <div class="bars-axis faint" aria-hidden="true">
        <span>{minutes[0]?.time}</span>
        <span>{t('live.minutes')}</span>
        <span>{minutes.at(-1)?.time}</span>
      </div>
      <div class="unseen">
        <MinuteTable minutes={minutes} />
      </div>
    </figure>
  );
}
