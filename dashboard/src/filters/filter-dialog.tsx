import { useEffect, useState } from 'preact/hooks';
import { ApiError, isOffline } from '../api.ts';
import { t, textOr } from '../i18n/text.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { dimensionName } from '../parts/value-name.ts';
import { runQuery } from '../query-client.ts';
import { scope } from '../scope.ts';
import { addFilters, type Filter, type Operator, removeFilter, replaceFilter } from '../view.ts';
import { takesValues } from '../view-address.ts';
import { editedFilter } from './edited-filter.ts';
import { type Draft, draftOf, filterOf, type GroupName, groups, isProperty, propertyPrefix } from './filter-draft.ts';
import { FilterValues } from './filter-values.tsx';

const operatorsOffered: Operator[] = [
  ...([
    'is',
    'is_not',
    'contains',
    'contains_not',
    'starts_with',
    'ends_with',
    'matches',
    'is_set',
    'is_not_set',
  ] as const),
];

type Change = (change: Partial<Draft>) => void;

function DimensionChoice({ draft: { dimension }, onChange }: { draft: Draft; onChange: Change }) {
  const isOwn = isProperty(dimension);
  const listed = Object.values(groups).flat() as string[];
  return (
    <>
      <label>
        {t('filter.dimension')}
        <select
          value={isOwn ? propertyPrefix : dimension}
          onChange={(event) => onChange({ dimension: event.currentTarget.value, values: [] })}
        >
          {(Object.keys(groups) as GroupName[]).map((group) => (
            <optgroup key={group} label={t(`filter.group.${group}`)}>
              {groups[group].map((name) => (
                <option key={name} value={name}>
                  {dimensionName(name)}
                </option>
              ))}
            </optgroup>
          ))}
          <optgroup label={t('filter.group.property')}>
            <option value={propertyPrefix}>{t('filter.property')}</option>
            {!isOwn && !listed.includes(dimension) && <option value={dimension}>{dimensionName(dimension)}</option>}
          </optgroup>
        </select>
      </label>
      {isOwn && (
        <label>
          {t('filter.property.name')}
          <input
            {...{ type: 'text', required: true, maxLength: 128, autocapitalize: 'off', spellcheck: false }}
            value={dimension.slice(propertyPrefix.length)}
            onInput={(event) => onChange({ dimension: propertyPrefix + event.currentTarget.value, values: [] })}
          />
        </label>
      )}
    </>
  );
}

function OperatorChoice({ draft: { operator }, onChange }: { draft: Draft; onChange: Change }) {
  const offered = operatorsOffered.includes(operator) ? operatorsOffered : [...operatorsOffered, operator];
  return (
    <label>
      {t('filter.operator')}
      <select value={operator} onChange={(event) => onChange({ operator: event.currentTarget.value as Operator })}>
        {offered.map((name) => (
          <option key={name} value={name}>
            {textOr(`operator.${name}`, name)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Sends the filter in a query of its own, since an invalid one would break every query on the page. */
async function refusalOf(filter: Filter, signal: AbortSignal): Promise<unknown> {
  if (!scope.value) return undefined;
  const { filters, ...rest } = scope.value;
  try {
    await runQuery('filter', rest, { metrics: ['events'], filters: [filter] }, signal);
  } catch (problem) {
    return problem instanceof ApiError && !isOffline(problem) ? problem : undefined;
  }
  return undefined;
}

function apply(filter: Filter, edited: Filter | undefined): void {
  if (edited) replaceFilter(edited, filter);
  else addFilters([filter]);
}

/** Validates a filter, then applies it unless the dialog was closed meanwhile. */
function useApplying(edited: Filter | undefined, close: () => void) {
  const [problem, setProblem] = useState<unknown>();
  const [isChecking, setChecking] = useState(false);
  const [controller] = useState(() => new AbortController());
  useEffect(() => () => controller.abort(), [controller]);
  const submit = async (filter: Filter) => {
    setChecking(true);
    const refusal = await refusalOf(filter, controller.signal);
    if (controller.signal.aborted) return;
    setChecking(false);
    setProblem(refusal);
    if (refusal) return;
    close();
    apply(filter, edited);
  };
  return { problem, isChecking, submit };
}

function useForm(edited: Filter | undefined, close: () => void) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(edited));
  const [typed, setTyped] = useState('');
  const { submit, ...applying } = useApplying(edited, close);
  // Typed text narrows the list of values, and is itself the value if none was chosen.
  const values = draft.values.length === 0 && typed !== '' ? [typed] : draft.values;
  const filter = filterOf({ ...draft, values });
  return {
    ...{ draft, typed, setTyped, filter, ...applying },
    submit: (event: SubmitEvent) => {
      event.preventDefault();
      if (filter && !applying.isChecking) void submit(filter);
    },
    change: (part: Partial<Draft>) => setDraft({ ...draft, ...part }),
  };
}

function Form({ edited, close }: { edited: Filter | undefined; close: () => void }) {
  const { draft, typed, setTyped, problem, isChecking, filter, submit, change } = useForm(edited, close);
  const remove = () => {
    close();
    if (edited) removeFilter(edited);
  };
  return (
    <form onSubmit={submit}>
      <h2>{t(edited ? 'filter.change' : 'filter.add')}</h2>
      <DimensionChoice draft={draft} onChange={change} />
      <OperatorChoice draft={draft} onChange={change} />
      {takesValues(draft.operator) && (
        <FilterValues {...{ draft, edited, typed }} onType={setTyped} onChange={(values) => change({ values })} />
      )}
      {problem ? <Problem problem={problem} /> : null}
      <div class="actions">
        {edited && (
          <button type="button" class="control" onClick={remove}>
            {t('remove')}
          </button>
        )}
        <button type="button" class="control" onClick={close}>
          {t('cancel')}
        </button>
        <button type="submit" class="control primary" disabled={!filter || isChecking}>
          {t('apply')}
        </button>
      </div>
    </form>
  );
}

export function FilterDialog() {
  const { filter } = editedFilter.value ?? {};
  return (
    <Dialog label={t(filter ? 'filter.change' : 'filter.add')} onClose={() => (editedFilter.value = undefined)}>
      {(close) => <Form edited={filter} close={close} />}
    </Dialog>
  );
}
