import { describeFilter } from '../filters/describe-filter.ts';
import { t } from '../i18n/text.ts';
import { view } from '../view.ts';
import { type Change, textOf } from './use-change.ts';

/** The link expires at the end of that day in the browser's time zone. */
const endOfDay = (date: string | undefined) => date && new Date(`${date}T23:59:59`).toISOString();

function bodyOf(form: FormData) {
  const { filters } = view.value;
  return {
    name: textOf(form, 'name'),
    ...(form.has('filters') && { filters }),
    // Not trimmed: spaces may be part of the password.
    password: String(form.get('password')) || undefined,
    expires_at: endOfDay(textOf(form, 'expires')),
  };
}

function FiltersField() {
  const { filters } = view.value;
  if (filters.length === 0) return <small class="faint">{t('share.filters.none')}</small>;
  return (
    <label class="check">
      <input type="checkbox" name="filters" defaultChecked />
      {t('share.filters', { filters: filters.map((filter) => describeFilter(filter)).join('; ') })}
    </label>
  );
}

export function NewShareLink({ path, change, onAdded }: { path: string; change: Change; onAdded: () => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    change.send(path, { method: 'POST', body: bodyOf(new FormData(form)) }, () => {
      form.reset();
      onAdded();
    });
  };
  return (
    <form class="fields" onSubmit={submit}>
      <label>
        {t('share.name')}
        <input name="name" maxLength={200} />
      </label>
      <label>
        {t('share.password')}
        <input name="password" type="password" autocomplete="new-password" />
      </label>
      <label>
        {t('share.expires')}
        <input name="expires" type="date" min={new Date().toISOString().slice(0, 10)} />
      </label>
      <FiltersField />
      <button type="submit" disabled={change.isSending}>
        {t('share.add')}
      </button>
    </form>
  );
}
