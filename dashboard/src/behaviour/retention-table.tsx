/** Cohorts below each other, and beside each how many of it came again in each period after: the darker, the more. */
import type { components } from '../api-types.d.ts';
import { formatBucket, formatNumber, formatPercent } from '../format.ts';
import { t } from '../i18n/text.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Term } from '../parts/term.tsx';

export type ReturnsAnswer = components['schemas']['ReturnsAnswer'];

/** Of the accent's colour, in percent, where most came again; more of it, and text on it would be hard to read. */
const darkest = 45;

interface CellProps {
  returned: number;
  percent: number | null;
  /** The percentage with the darkest shade. */
  most: number;
  /** The period is not over, or cut by the range. */
  isIncomplete?: boolean;
}

function Cell({ returned, percent, most, isIncomplete = false }: CellProps) {
  const shade = percent === null || most === 0 ? 0 : Math.min(darkest, (darkest * percent) / most);
  return (
    <td
      class={isIncomplete ? 'incomplete' : ''}
      style={{ backgroundColor: `color-mix(in srgb, var(--accent) ${shade.toFixed(1)}%, var(--card))` }}
    >
      {percent === null ? '–' : formatPercent(percent)}
      {percent !== null && <span class="count">{formatNumber(returned)}</span>}
      {isIncomplete && <span class="unseen">{t('retention.incomplete')}</span>}
    </td>
  );
}

function Head({ period, count }: { period: 'day' | 'week' | 'month'; count: number }) {
  return (
    <thead>
      <tr>
        <th scope="col">{t('retention.cohort')}</th>
        <th scope="col">
          <Term metric="retention.size" name={t('metric.visitors')} />
        </th>
        {Array.from({ length: count }, (_, at) => (
          <th scope="col" key={at}>
            {t(`retention.${period}`, { number: at })}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Without the period of the cohort itself, in which nearly all come again, so that nothing else would have a shade. */
const ofLater = (percents: (number | null)[]) => percents.slice(1);
const largest = (percents: (number | null)[]) => percents.reduce<number>((most, each) => Math.max(most, each ?? 0), 0);

export function RetentionTable({ answer: { periods, cohorts, total, query } }: { answer: ReturnsAnswer }) {
  const shown = cohorts.map((cohort, at) => ({ ...cohort, at })).filter(({ size }) => size > 0);
  // Periods in which nobody came first, before all others, have no row, and so need no column.
  const columns = Math.max(...shown.map(({ percent }) => percent.length));
  const most = largest(shown.flatMap(({ percent }) => ofLater(percent)));
  return (
    <ScrollBox label={t('nav.retention')}>
      <table class="retention">
        <caption class="unseen">{t('about.retention')}</caption>
        <Head period={query.period} count={columns} />
        <tbody>
          <tr class="total">
            <th scope="row">{t('retention.total')}</th>
            <td>{formatNumber(total.size)}</td>
            {total.percent.slice(0, columns).map((percent, at) => (
              <Cell key={at} {...{ percent, most, returned: total.returned[at]! }} />
            ))}
          </tr>
          {shown.map(({ cohort, size, returned, percent, at: first }) => (
            <tr key={cohort}>
              <th scope="row">{formatBucket(cohort, query.period)}</th>
              <td>{formatNumber(size)}</td>
              {percent.map((each, at) => (
                <Cell
                  key={at}
                  {...{ percent: each, most, returned: returned[at]!, isIncomplete: !periods[first + at]!.complete }}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
