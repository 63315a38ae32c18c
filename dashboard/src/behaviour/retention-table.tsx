/** The retention triangle: a row per cohort, a column per later period. The darker the cell, the more visitors returned. */
import type { components } from '../api-types.d.ts';
import { formatBucket, formatNumber, formatPercent } from '../format.ts';
import { t } from '../i18n/text.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Term } from '../parts/term.tsx';

export type ReturnsAnswer = components['schemas']['ReturnsAnswer'];

/** Percentage of the accent colour in the darkest cell; beyond it the text would be hard to read. */
const darkest = 45;

interface CellProps {
  returned: number;
  percent: number | null;
  /** The percentage that gets the darkest shade. */
  most: number;
  /** The period is still running, or cut off by the range. */
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

/** Skips the period of the cohort itself: nearly all visitors return in it, so every other cell would be pale. */
const ofLater = (percents: (number | null)[]) => percents.slice(1);
const largest = (percents: (number | null)[]) => percents.reduce<number>((most, each) => Math.max(most, each ?? 0), 0);

export function RetentionTable({ answer: { periods, cohorts, total, query } }: { answer: ReturnsAnswer }) {
  const shown = cohorts.map((cohort, at) => ({ ...cohort, at })).filter(({ size }) => size > 0);
  // Cohorts before the first visitor have no row, so they need no column either.
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
