import type { components } from '../api-types.d.ts';
import { formatDuration, formatNumber, formatPercent } from '../format.ts';
import { t } from '../i18n/text.ts';
import { Term } from '../parts/term.tsx';

export type FunnelAnswer = components['schemas']['FunnelAnswer'];
export type FunnelStep = FunnelAnswer['steps'][number];

export const percentOrDash = (value: number | null) => (value === null ? '–' : formatPercent(value));
const durationOrDash = (value: number | null) => (value === null ? '–' : formatDuration(value));

type FigureName = `funnel.${'conversion' | 'dropoff' | 'median' | 'p90'}` | `funnel.by.${'visitor' | 'visit'}`;

function Figure({ name, value }: { name: FigureName; value: string }) {
  return (
    <div>
      <dt>
        <Term metric={name.replace('.by', '')} name={t(name)} />
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

function Step({ step, at, by }: { step: FunnelStep; at: number; by: 'visitor' | 'visit' }) {
  const { name, users, conversion_percent: conversion } = step;
  return (
    <li>
      <h3>{name}</h3>
      <div class="funnel-bar" aria-hidden="true">
        <span style={{ inlineSize: `${conversion ?? 0}%` }} />
      </div>
      <dl>
        <Figure name={`funnel.by.${by}`} value={formatNumber(users)} />
        <Figure name="funnel.conversion" value={percentOrDash(conversion)} />
        {at > 0 && (
          <>
            <Figure
              name="funnel.dropoff"
              value={t('funnel.dropoff.value', {
                count: formatNumber(step.dropoff),
                percent: percentOrDash(step.dropoff_percent),
              })}
            />
            <Figure name="funnel.median" value={durationOrDash(step.median_seconds)} />
            <Figure name="funnel.p90" value={durationOrDash(step.p90_seconds)} />
          </>
        )}
      </dl>
    </li>
  );
}

export function FunnelDrawing({ answer: { steps, query } }: { answer: FunnelAnswer }) {
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const summary = t(`funnel.summary.${query.by}`, {
    ...{ first: formatNumber(first.users), last: formatNumber(last.users), from: first.name, to: last.name },
    percent: percentOrDash(last.conversion_percent),
  });
  return (
    <>
      <p class="summary">{summary}</p>
      <ol class="funnel">
        {steps.map((step, at) => (
          <Step key={at} {...{ step, at, by: query.by }} />
        ))}
      </ol>
    </>
  );
}
