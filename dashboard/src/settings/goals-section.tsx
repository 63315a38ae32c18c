import { useEffect } from 'preact/hooks';
import { eventSuggestions, pageSuggestions, Suggestions } from '../behaviour/known-values.tsx';
import { type Goal as KnownGoal, setGoals } from '../goals.ts';
import { t } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import { useResource } from '../use-resource.ts';
import { Section } from './section.tsx';
import { type Change, textOf, useChange } from './use-change.ts';

interface Goal extends KnownGoal {
  event_type: string | null;
  path: string | null;
}

/** The condition of a goal in a few words. */
function about({ event_type: type, path, value_property: value }: Goal): string {
  const parts = [type ?? t('goals.views'), path, value && t('goals.value_of', { property: value })];
  return parts.filter(Boolean).join(' · ');
}

function GoalsList({ all, onDelete }: { all: Goal[]; onDelete: (goal: Goal) => void }) {
  return (
    <ul class="rows">
      {all.map((goal) => (
        <li key={goal.id}>
          <span>
            <strong>{goal.name}</strong> <span class="faint">{about(goal)}</span>
          </span>
          <DeleteButton label={t('delete')} name={goal.name} onDelete={() => onDelete(goal)} />
        </li>
      ))}
    </ul>
  );
}

function NewGoal({ path, change, onAdded }: { path: string; change: Change; onAdded: () => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const names = ['name', 'event_type', 'path', 'value_property'];
    const body = Object.fromEntries(names.flatMap((name) => [[name, textOf(data, name)]]));
    change.send(path, { method: 'POST', body }, () => {
      form.reset();
      onAdded();
    });
  };
  return (
    <form class="fields" onSubmit={submit}>
      <label>
        {t('goals.name')}
        <input name="name" required maxLength={200} />
      </label>
      <label>
        {t('goals.event_type')}
        <input name="event_type" list={eventSuggestions} spellcheck={false} placeholder="signup" />
      </label>
      <label>
        {t('goals.path')}
        <input name="path" list={pageSuggestions} spellcheck={false} placeholder="/thanks/*" />
      </label>
      <label>
        {t('goals.value_property')}
        <input name="value_property" spellcheck={false} placeholder="price" />
      </label>
      <button type="submit" disabled={change.isSending}>
        {t('goals.add')}
      </button>
      <Suggestions />
    </form>
  );
}

export function GoalsSection({ siteId, path }: { siteId: string; path: string }) {
  const { value, problem, reload } = useResource<{ goals: Goal[] }>(path);
  const change = useChange();
  // Keeps the goals on other pages current; they would not reload them.
  useEffect(() => {
    if (value) setGoals(siteId, value.goals);
  }, [siteId, value]);
  const remove = ({ id }: Goal) => change.send(`${path}/${id}`, { method: 'DELETE' }, reload);
  return (
    <Section name="goals" problem={problem} refusal={change.problem}>
      {value?.goals.length === 0 && <p class="empty">{t('goals.empty')}</p>}
      {value && <GoalsList all={value.goals} onDelete={remove} />}
      <NewGoal {...{ path, change, onAdded: reload }} />
    </Section>
  );
}
