import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { Choice } from '../parts/choice.tsx';
import { ConditionField } from './condition-field.tsx';
import { periods, type RetentionShape } from './shape.ts';

interface Props {
  shape: RetentionShape;
  goals: readonly Goal[];
  onChange: (shape: RetentionShape) => void;
}

function EventsField({ name, shape, goals, onChange }: Props & { name: 'first' | 'returning' }) {
  const { [name]: events, ...rest } = shape;
  const label = t(`retention.${name}`);
  return (
    <fieldset class="pair">
      <legend>{label}</legend>
      <ConditionField
        {...{ label, goals, filters: events?.filters, any: t('condition.any') }}
        onChange={(filters) => onChange((filters ? { ...rest, [name]: { filters } } : rest) as RetentionShape)}
      />
    </fieldset>
  );
}

export function RetentionControls(props: Props) {
  const { shape, onChange } = props;
  return (
    <div class="fields">
      <Choice
        {...{ label: t('retention.period'), value: shape.period, names: periods }}
        nameOf={(name) => t(`interval.${name}`)}
        onChange={(period) => onChange({ ...shape, period })}
      />
      <EventsField {...props} name="first" />
      <EventsField {...props} name="returning" />
    </div>
  );
}
