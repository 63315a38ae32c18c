/** Selects events: views of a page, events of a type, or those that reach a goal. */
import { useState } from 'preact/hooks';
import type { Goal } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { TextField } from '../parts/text-field.tsx';
import {
  type Condition,
  type ConditionKind,
  type PageOperator,
  pageOperators,
  readCondition,
  writeCondition,
} from './condition.ts';
import { eventSuggestions, pageSuggestions } from './known-values.tsx';

interface Props {
  /** What the condition is for, read by screen readers. */
  label: string;
  goals: readonly Goal[];
  /** Undefined means any event. */
  filters: unknown[] | undefined;
  /** The label of "any event"; absent where a condition is required. */
  any?: string;
  onChange: (filters: unknown[] | undefined) => void;
}

type Choice = ConditionKind | 'any';
type FieldProps = { label: string; condition: Condition; onChange: (condition: Condition) => void };

function PageFields({ label, condition, onChange }: FieldProps) {
  return (
    <>
      <select
        aria-label={`${label}: ${t('condition.operator')}`}
        value={condition.operator}
        onChange={(event) => onChange({ ...condition, operator: event.currentTarget.value as PageOperator })}
      >
        {pageOperators.map((name) => (
          <option key={name} value={name}>
            {t(`operator.${name}`)}
          </option>
        ))}
      </select>
      <TextField
        aria-label={`${label}: ${t('condition.page')}`}
        value={condition.value}
        onCommit={(value) => onChange({ ...condition, value: value.trim() })}
        list={pageSuggestions}
        placeholder="/"
      />
    </>
  );
}

const EventField = ({ label, condition, onChange }: FieldProps) => (
  <TextField
    aria-label={`${label}: ${t('condition.event')}`}
    value={condition.value}
    onCommit={(value) => onChange({ ...condition, value: value.trim() })}
    list={eventSuggestions}
    placeholder="signup"
  />
);

const GoalField = ({ label, condition, onChange, goals }: FieldProps & { goals: readonly Goal[] }) => (
  <select
    aria-label={`${label}: ${t('condition.goal')}`}
    value={condition.value}
    onChange={(event) => onChange({ ...condition, value: event.currentTarget.value })}
  >
    {goals.map(({ id, name }) => (
      <option key={id} value={id}>
        {name}
      </option>
    ))}
  </select>
);

function choicesOf(kind: Choice, any: string | undefined, goals: readonly Goal[]): Choice[] {
  const choices: Choice[] = [...(any === undefined ? [] : (['any'] as const)), 'page', 'event'];
  if (goals.length > 0) choices.push('goal');
  return kind === 'other' ? [...choices, 'other'] : choices;
}

export function ConditionField({ label, goals, filters, any, onChange }: Props) {
  const [preferred, setPreferred] = useState<ConditionKind>();
  const condition = filters && readCondition(filters, goals, preferred);
  const kind: Choice = condition?.kind ?? 'any';
  const write = (next: Condition) => onChange(writeCondition(next, goals));
  const choose = (next: Choice) => {
    if (next === 'any') return onChange(undefined);
    setPreferred(next);
    write({ kind: next, operator: 'is', value: next === 'goal' ? goals[0]!.id : '' });
  };
  return (
    <span class="condition">
      <select
        aria-label={`${label}: ${t('condition.kind')}`}
        value={kind}
        onChange={(event) => choose(event.currentTarget.value as Choice)}
      >
        {choicesOf(kind, any, goals).map((name) => (
          <option key={name} value={name} disabled={name === 'other'}>
            {name === 'any' ? any : t(`condition.${name}`)}
          </option>
        ))}
      </select>
      {condition?.kind === 'page' && <PageFields {...{ label, condition }} onChange={write} />}
      {condition?.kind === 'event' && <EventField {...{ label, condition }} onChange={write} />}
      {condition?.kind === 'goal' && <GoalField {...{ label, condition, goals }} onChange={write} />}
    </span>
  );
}
