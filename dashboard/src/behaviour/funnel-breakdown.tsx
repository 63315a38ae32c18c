import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { dimensionName, valueName } from '../parts/value-name.ts';
import { addFilters } from '../view.ts';
import { type FunnelAnswer, type FunnelStep, percentOrDash } from './funnel-drawing.tsx';

const StepCell = ({ step, at }: { step: FunnelStep; at: number }) => (
  <td>
    {formatNumber(step.users)}
    {at > 0 && <span class="faint"> {percentOrDash(step.conversion_percent)}</span>}
  </td>
);

export function FunnelBreakdown({ answer: { steps, breakdown = [] }, by }: { answer: FunnelAnswer; by: string }) {
  const caption = t('breakdown.by', { dimension: dimensionName(by) });
  return (
    <ScrollBox label={caption}>
      <table class="figures-table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{dimensionName(by)}</th>
            {steps.map(({ name }, at) => (
              <th scope="col" key={at}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {breakdown.map(({ value, steps: own }) => (
            <tr key={String(value)}>
              <th scope="row">
                <button type="button" class="link" onClick={() => addFilters([['is', by, [value]]])}>
                  {valueName(by, value)}
                </button>
              </th>
              {own.map((step, at) => (
                <StepCell key={at} {...{ step, at }} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
