/** The values of a filter: those chosen, and suggestions narrowed by what is typed. */
import { useId } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { t } from '../i18n/text.ts';
import { Problem } from '../parts/problem.tsx';
import { valueName } from '../parts/value-name.ts';
import { refreshNow } from '../use-request.ts';
import { type Filter, takesNull } from '../view-address.ts';
import type { Draft } from './filter-draft.ts';
import { type Suggestion, useSuggestions } from './use-suggestions.ts';

interface ValuesProps {
  draft: Draft;
  edited: Filter | undefined;
  typed: string;
  onType: (text: string) => void;
  onChange: (values: (string | null)[]) => void;
}

const shownName = (dimension: string, value: string | null) => (value === '' ? '""' : valueName(dimension, value));

function Chosen({ draft: { dimension, values }, onChange }: Pick<ValuesProps, 'draft' | 'onChange'>) {
  if (values.length === 0) return null;
  return (
    <ul class="chips" aria-label={t('filter.chosen')}>
      {values.map((value) => (
        <li key={String(value)}>
          <span class="words">{shownName(dimension, value)}</span>
          <button
            type="button"
            class="remove"
            aria-label={t('filter.value.remove', { value: shownName(dimension, value) })}
            onClick={() => onChange(values.filter((other) => other !== value))}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function Choices({
  draft,
  suggestions,
  onChange,
}: Pick<ValuesProps, 'draft' | 'onChange'> & { suggestions: Suggestion[] }) {
  const { dimension, values, operator } = draft;
  const toggle = (value: string | null) =>
    onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  return (
    <ul class="choices">
      {suggestions
        .filter(({ value }) => value !== null || takesNull(operator))
        .map(({ value, visitors }) => (
          <li key={String(value)}>
            <label>
              <input type="checkbox" checked={values.includes(value)} onChange={() => toggle(value)} />
              <span>{shownName(dimension, value)}</span>
              <span class="faint">{formatNumber(visitors)}</span>
            </label>
          </li>
        ))}
    </ul>
  );
}

export function FilterValues({ draft, edited, typed, onType, onChange }: ValuesProps) {
  const id = useId();
  const { suggestions, problem, isLoading } = useSuggestions(draft.dimension, typed, edited);
  const add = () => {
    if (typed !== '' && !draft.values.includes(typed)) onChange([...draft.values, typed]);
    onType('');
  };
  const addByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || typed === '') return;
    event.preventDefault();
    add();
  };
  return (
    <div class="values">
      <label for={id}>{t('filter.values')}</label>
      <Chosen draft={draft} onChange={onChange} />
      <div class="typed">
        <input
          {...{ id, type: 'text', value: typed, autocomplete: 'off', autocapitalize: 'off', spellcheck: false }}
          placeholder={t('filter.type')}
          onInput={(event) => onType(event.currentTarget.value)}
          onKeyDown={addByKey}
        />
        <button type="button" class="control" disabled={typed === ''} onClick={add}>
          {t('filter.add.value')}
        </button>
      </div>
      {problem ? <Problem problem={problem} again={refreshNow} /> : null}
      <div aria-busy={isLoading} class="suggested">
        <Choices {...{ draft, suggestions, onChange }} />
        {!isLoading && suggestions.length === 0 && <p class="empty">{t('filter.no.values')}</p>}
      </div>
    </div>
  );
}
