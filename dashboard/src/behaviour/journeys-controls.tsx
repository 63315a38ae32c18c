import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { Choice } from '../parts/choice.tsx';
import { writeCondition } from './condition.ts';
import { ConditionField } from './condition-field.tsx';
import { type JourneysShape, stepDimensions } from './shape.ts';

interface Props {
  shape: JourneysShape;
  goals: readonly Goal[];
  onChange: (shape: JourneysShape) => void;
}

const marks = ['first', 'start', 'end'] as const;
type Mark = (typeof marks)[number];

const markOf = ({ start, end }: JourneysShape): Mark => (start ? 'start' : end ? 'end' : 'first');

/** A journey has a start or an end condition, never both. */
function withMark({ start, end, ...rest }: JourneysShape, mark: Mark, filters?: unknown[]): JourneysShape {
  const events = { filters: filters ?? (start ?? end)?.filters ?? [] };
  return mark === 'first' ? rest : { ...rest, [mark]: events };
}

/** Journeys that start with this page or event type. */
export function startingAt(shape: JourneysShape, value: string): JourneysShape {
  const kind = shape.dimension === 'event_type' ? 'event' : 'page';
  return withMark(shape, 'start', writeCondition({ kind, operator: 'is', value }, []));
}

function MarkFields({ shape, goals, onChange }: Props) {
  const mark = markOf(shape);
  const label = t(`journeys.mark.${mark}`);
  const empty = writeCondition({ kind: 'page', operator: 'is', value: '' }, []);
  return (
    <fieldset class="pair">
      <legend>{t('journeys.mark')}</legend>
      <select
        aria-label={t('journeys.mark')}
        value={mark}
        onChange={(event) => {
          const next = event.currentTarget.value as Mark;
          onChange(withMark(shape, next, (shape.start ?? shape.end)?.filters ?? empty));
        }}
      >
        {marks.map((name) => (
          <option key={name} value={name}>
            {t(`journeys.mark.${name}`)}
          </option>
        ))}
      </select>
      {mark !== 'first' && (
        <ConditionField
          {...{ label, goals, filters: shape[mark]?.filters }}
          onChange={(filters) => onChange(withMark(shape, mark, filters))}
        />
      )}
    </fieldset>
  );
}

export function JourneysControls(props: Props) {
  const { shape, onChange } = props;
  return (
    <div class="fields">
      <MarkFields {...props} />
      <Choice
        {...{ label: t('journeys.steps'), value: String(shape.steps ?? 3), names: ['2', '3', '4', '5', '6'] }}
        nameOf={(name) => name}
        onChange={(name) => onChange({ ...shape, steps: Number(name) })}
      />
      <Choice
        {...{ label: t('journeys.dimension'), value: shape.dimension ?? 'path', names: stepDimensions }}
        nameOf={(name) => t(`journeys.dimension.${name}`)}
        onChange={(dimension) => onChange({ ...shape, dimension })}
      />
    </div>
  );
}
