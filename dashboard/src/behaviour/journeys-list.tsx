import { useState } from 'preact/hooks';
import type { components } from '../api-types.d.ts';
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Term } from '../parts/term.tsx';
import { percentOrDash } from './funnel-drawing.tsx';

export type JourneysAnswer = components['schemas']['JourneysAnswer'];
type Journey = JourneysAnswer['journeys'][number];

const columns = [
  ['journeys.visits', 'metric.visits'],
  ['journeys.visitors', 'metric.visitors'],
  ['journeys.share', 'journeys.share'],
] as const;

const shownAtFirst = 20;

function Steps({ steps, onStart }: { steps: (string | null)[]; onStart: (value: string) => void }) {
  const reached = steps.filter((step) => step !== null);
  return (
    <ol class="journey">
      {reached.map((step, at) => (
        <li key={at}>
          <button type="button" class="link" title={step} onClick={() => onStart(step)}>
            {step}
          </button>
        </li>
      ))}
    </ol>
  );
}

const JourneyRow = ({ journey, onStart }: { journey: Journey; onStart: (value: string) => void }) => (
  <tr>
    <th scope="row">
      <Steps steps={journey.steps} onStart={onStart} />
    </th>
    <td>{formatNumber(journey.visits)}</td>
    <td>{formatNumber(journey.visitors)}</td>
    <td>{percentOrDash(journey.percent)}</td>
  </tr>
);

export function JourneysList({ journeys, onStart }: { journeys: Journey[]; onStart: (value: string) => void }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? journeys : journeys.slice(0, shownAtFirst);
  return (
    <>
      <ScrollBox label={t('journeys.list')}>
        <table class="figures-table journeys">
          <caption>{t('journeys.list')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('journeys.journey')}</th>
              {columns.map(([metric, name]) => (
                <th scope="col" key={metric}>
                  <Term metric={metric} name={t(name)} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((journey) => (
              <JourneyRow key={JSON.stringify(journey.steps)} {...{ journey, onStart }} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {journeys.length > shownAtFirst && (
        <button type="button" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('journeys.fewer') : t('journeys.all', { count: journeys.length })}
        </button>
      )}
    </>
  );
}
