/** Links to the saved views of a kind, and the form that saves the current one. */
import { useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { t } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import { Problem } from '../parts/problem.tsx';
import { savedViewsPath } from '../saved-segments.ts';
import { siteId } from '../scope.ts';
import { canEdit } from '../session.ts';
import { refreshNow } from '../use-request.ts';
import { changeView, view, viewUrl } from '../view.ts';
import type { ShapeKind } from './shape.ts';
import type { SavedView, ShapeState } from './use-shape.ts';

function SavedLinks<Name extends ShapeKind>({ kind, views, saved }: ShapeState<Name>) {
  return (
    <ul class="saved">
      {(views.value?.saved_views ?? []).map(({ id, name }) => (
        <li key={id}>
          <a
            href={viewUrl({ saved: id, shape: undefined })}
            data-page
            aria-current={saved?.id === id ? 'true' : undefined}
          >
            {name}
          </a>
        </li>
      ))}
      <li>
        <a
          href={viewUrl({ saved: undefined, shape: undefined })}
          data-page
          aria-current={view.value.saved === undefined ? 'true' : undefined}
        >
          {t(`saved.new.${kind}`)}
        </a>
      </li>
    </ul>
  );
}

/** Creates, replaces and deletes saved views. The address then names the view that was saved. */
function useSaving<Name extends ShapeKind>({ kind, views, saved, shape }: ShapeState<Name>) {
  const [problem, setProblem] = useState<unknown>();
  const base = savedViewsPath(siteId.value!);
  const run = (change: () => Promise<string | undefined>) => {
    setProblem(undefined);
    change().then((id) => {
      views.reload();
      // The current view stays until the new list has loaded.
      changeView({ saved: id, shape: id === undefined ? undefined : JSON.stringify(shape) }, { replace: true });
    }, setProblem);
  };
  const body = (name: string) => ({ kind, name, definition: shape });
  return {
    problem,
    create: (name: string) =>
      run(async () => (await sendJson<SavedView<Name>>(base, { method: 'POST', body: body(name) })).id),
    replace: (name: string) =>
      run(async () => {
        await sendJson(`${base}/${saved!.id}`, { method: 'PUT', body: body(name) });
        return saved!.id;
      }),
    remove: () =>
      run(async () => {
        await sendJson(`${base}/${saved!.id}`, { method: 'DELETE' });
        return undefined;
      }),
  };
}

function SaveForm<Name extends ShapeKind>({ shaped, isComplete }: { shaped: ShapeState<Name>; isComplete: boolean }) {
  const { saved, kind } = shaped;
  const { problem, create, replace, remove } = useSaving(shaped);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get('name')).trim();
    const isReplacing = (event.submitter as HTMLButtonElement | null)?.value === 'replace';
    if (name !== '') (isReplacing ? replace : create)(name);
  };
  return (
    <form class="save" onSubmit={submit} key={saved?.id ?? ''}>
      <label>
        {t('saved.name')}
        <input name="name" required maxLength={100} defaultValue={saved?.name ?? ''} />
      </label>
      {saved && (
        <button type="submit" value="replace" class="primary" disabled={!isComplete}>
          {t('saved.replace')}
        </button>
      )}
      <button type="submit" value="create" class={saved ? '' : 'primary'} disabled={!isComplete}>
        {t(saved ? 'saved.create_another' : `saved.create.${kind}`)}
      </button>
      {saved && <DeleteButton label={t('delete')} name={saved.name} onDelete={remove} />}
      {problem ? <Problem problem={problem} /> : null}
    </form>
  );
}

/** `isComplete`: the view can be queried, and therefore saved. */
export function SavedBar<Name extends ShapeKind>({
  shaped,
  isComplete,
}: {
  shaped: ShapeState<Name>;
  isComplete: boolean;
}) {
  return (
    <div class="saved-bar">
      <SavedLinks {...shaped} />
      {shaped.views.problem ? <Problem problem={shaped.views.problem} again={refreshNow} /> : null}
      {shaped.isGone && <p role="alert">{t('saved.gone')}</p>}
      {canEdit() && shaped.shape && <SaveForm shaped={shaped} isComplete={isComplete} />}
    </div>
  );
}
