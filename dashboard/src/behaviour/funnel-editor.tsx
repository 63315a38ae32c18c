import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { Choice } from '../parts/choice.tsx';
import { TextField } from '../parts/text-field.tsx';
import { dimensionName } from '../parts/value-name.ts';
import { readCondition } from './condition.ts';
import { ConditionField } from './condition-field.tsx';
import { type FunnelShape, newStep } from './shape.ts';
import { WindowField } from './window-field.tsx';

/** A condition in a few words; empty if there are none for it. */
export function conditionName(filters: readonly unknown[], goals: readonly Goal[]): string {
  const { kind, operator, value } = readCondition(filters, goals);
  if (kind === 'goal') return goals.find(({ id }) => id === value)?.name ?? '';
  if (kind === 'page' && operator !== 'is') return t('condition.name', { operator: t(`operator.${operator}`), value });
  return value;
}

type Step = FunnelShape['steps'][number];

const [fewest, most] = [2, 8];

const breakdowns = [
  ...['visit:channel', 'visit:source', 'visit:utm_campaign', 'entry_page', 'country', 'region', 'city'],
  ...['browser', 'os', 'device', 'language'],
];

interface Props {
  shape: FunnelShape;
  goals: readonly Goal[];
  onChange: (shape: FunnelShape) => void;
}

interface StepProps {
  step: Step;
  at: number;
  count: number;
  goals: readonly Goal[];
  onChange: (step: Step) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

function StepFields({ step, at, count, goals, onChange, onMove, onRemove }: StepProps) {
  const label = t('funnel.step', { number: at + 1 });
  const rename = (name: string) => onChange({ filters: step.filters, ...(name.trim() && { name: name.trim() }) });
  return (
    <li>
      <TextField
        aria-label={`${label}: ${t('funnel.step.name')}`}
        value={step.name ?? ''}
        placeholder={conditionName(step.filters, goals) || label}
        maxLength={100}
        onCommit={rename}
      />
      <ConditionField
        {...{ label, goals, filters: step.filters }}
        onChange={(filters) => onChange({ ...step, filters: filters ?? [] })}
      />
      <span class="step-buttons">
        <button type="button" disabled={at === 0} aria-label={`${label}: ${t('up')}`} onClick={() => onMove(-1)}>
          ↑
        </button>
        <button
          type="button"
          disabled={at === count - 1}
          aria-label={`${label}: ${t('down')}`}
          onClick={() => onMove(1)}
        >
          ↓
        </button>
        <button type="button" disabled={count <= fewest} aria-label={`${label}: ${t('remove')}`} onClick={onRemove}>
          ×
        </button>
      </span>
    </li>
  );
}

function moved(steps: Step[], at: number, by: -1 | 1): Step[] {
  const next = [...steps];
  next.splice(at + by, 0, ...next.splice(at, 1));
  return next;
}

function Steps({ shape, goals, onChange }: Props) {
  const { steps } = shape;
  const write = (next: Step[]) => onChange({ ...shape, steps: next });
  return (
    <>
      <ol class="steps">
        {steps.map((step, at) => (
          <StepFields
            // Steps have no id; only their position identifies them.
            key={at}
            {...{ step, at, goals, count: steps.length }}
            onChange={(next) => write(steps.with(at, next))}
            onMove={(by) => write(moved(steps, at, by))}
            onRemove={() => write(steps.toSpliced(at, 1))}
          />
        ))}
      </ol>
      <button type="button" disabled={steps.length >= most} onClick={() => write([...steps, newStep()])}>
        {t('funnel.add_step')}
      </button>
    </>
  );
}

function Rules({ shape, onChange }: Omit<Props, 'goals'>) {
  const { by = 'visitor', breakdown = '', past_end: pastEnd = false } = shape;
  const names = ['', ...breakdowns, ...(breakdown === '' || breakdowns.includes(breakdown) ? [] : [breakdown])];
  const breakDown = (name: string) => {
    const { breakdown: _former, ...rest } = shape;
    onChange(name === '' ? rest : { ...rest, breakdown: name });
  };
  return (
    <div class="fields">
      <WindowField value={shape.window ?? '7d'} onChange={(window) => onChange({ ...shape, window })} />
      <Choice
        {...{ label: t('funnel.by'), value: by, names: ['visitor', 'visit'] }}
        nameOf={(name) => t(`funnel.by.${name}`)}
        onChange={(next) => onChange({ ...shape, by: next })}
      />
      <Choice
        {...{ label: t('breakdown'), value: breakdown, names, onChange: breakDown }}
        nameOf={(name) => (name === '' ? t('breakdown.none') : dimensionName(name))}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={pastEnd}
          onChange={(event) => onChange({ ...shape, past_end: event.currentTarget.checked })}
        />
        {t('funnel.past_end')}
      </label>
    </div>
  );
}

export function FunnelEditor(props: Props) {
  return (
    <>
      <Steps {...props} />
      <Rules {...props} />
    </>
  );
}
