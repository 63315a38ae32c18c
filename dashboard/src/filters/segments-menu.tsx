/** Saved segments. Clicking one applies it; users who can edit the site also rename and delete them. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { t } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import { closeMenu } from '../parts/menu.tsx';
import { Problem } from '../parts/problem.tsx';
import { type SavedSegment, savedSegments, savedViewsPath, segmentsProblem } from '../saved-segments.ts';
import { scope, siteId } from '../scope.ts';
import { canEdit } from '../session.ts';
import { refreshNow } from '../use-request.ts';
import { changeView, view } from '../view.ts';

const byName = (all: SavedSegment[]) => all.toSorted((a, b) => a.name.localeCompare(b.name));

const addressOf = (siteId: string, id: string) => `${savedViewsPath(siteId)}/${encodeURIComponent(id)}`;

/** @throws ApiError */
async function saveSegment(siteId: string, name: string, filters: unknown[]): Promise<SavedSegment> {
  const body = { kind: 'segment', name, definition: { filters } };
  const saved = await sendJson<SavedSegment>(savedViewsPath(siteId), { method: 'POST', body });
  savedSegments.value = byName([...(savedSegments.value ?? []), saved]);
  return saved;
}

/** @throws ApiError */
async function renameSegment(siteId: string, { id, definition }: SavedSegment, name: string): Promise<void> {
  const body = { kind: 'segment', name, definition };
  await sendJson(addressOf(siteId, id), { method: 'PUT', body });
  const others = (savedSegments.value ?? []).filter((each) => each.id !== id);
  savedSegments.value = byName([...others, { id, name, definition }]);
}

/** @throws ApiError */
async function deleteSegment(siteId: string, id: string): Promise<void> {
  await sendJson(addressOf(siteId, id), { method: 'DELETE' });
  savedSegments.value = savedSegments.value?.filter((each) => each.id !== id);
}

function NameForm({ name, label, save }: { name: string; label: string; save: (name: string) => Promise<void> }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = String(new FormData(event.currentTarget as HTMLFormElement).get('name')).trim();
    if (entered !== '') save(entered).catch(setProblem);
  };
  return (
    <form class="name-form" onSubmit={submit}>
      <label>
        {label}
        <input {...{ name: 'name', type: 'text', required: true, maxLength: 200, defaultValue: name }} />
      </label>
      <button type="submit" class="control">
        {t('save')}
      </button>
      {problem ? <Problem problem={problem} /> : null}
    </form>
  );
}

function choose(segment: string | undefined): void {
  changeView({ segment });
  closeMenu();
}

async function remove(site: string, id: string): Promise<void> {
  await deleteSegment(site, id);
  if (view.value.segment === id) changeView({ segment: undefined });
}

interface ChangesProps {
  name: string;
  isRenamed: boolean;
  onRename: () => void;
  onDelete: () => void;
}

const Changes = ({ name, isRenamed, onRename, onDelete }: ChangesProps) => (
  <>
    <button
      type="button"
      class="minor"
      aria-expanded={isRenamed}
      aria-label={t('segment.rename', { name })}
      onClick={onRename}
    >
      {t('rename')}
    </button>
    <DeleteButton class="minor" label={t('delete')} {...{ name, onDelete }} />
  </>
);

function Segment({ site, segment }: { site: string; segment: SavedSegment }) {
  const [isRenamed, setRenamed] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { id, name } = segment;
  const isChosen = view.value.segment === id;
  const rename = async (next: string) => {
    await renameSegment(site, segment, next);
    setRenamed(false);
  };
  return (
    <li>
      <div class="segment">
        <button type="button" aria-pressed={isChosen} onClick={() => choose(isChosen ? undefined : id)}>
          {name}
        </button>
        {canEdit() && (
          <Changes
            {...{ name, isRenamed, onRename: () => setRenamed(!isRenamed) }}
            onDelete={() => remove(site, id).catch(setProblem)}
          />
        )}
      </div>
      {isRenamed && <NameForm name={name} label={t('segment.name')} save={rename} />}
      {problem ? <Problem problem={problem} /> : null}
    </li>
  );
}

/** Saves the current filters and replaces them with the new segment. */
async function save(site: string, name: string): Promise<void> {
  const { id } = await saveSegment(site, name, scope.value?.filters ?? []);
  changeView({ segment: id, filters: [] });
  closeMenu();
}

export function SegmentsMenu() {
  const root = useRef<HTMLDivElement>(null);
  const site = siteId.value;
  const all = savedSegments.value ?? [];
  useEffect(() => root.current?.querySelector<HTMLElement>('button, input')?.focus(), []);
  if (!site) return null;
  if (segmentsProblem.value) return <Problem problem={segmentsProblem.value} again={refreshNow} />;
  return (
    <div ref={root}>
      {all.length === 0 && <p class="empty">{t('segments.none')}</p>}
      <ul>
        {all.map((segment) => (
          <Segment key={segment.id} site={site} segment={segment} />
        ))}
      </ul>
      {canEdit() && scope.value?.filters && view.value.filters.length > 0 && (
        <NameForm name="" label={t('segment.save')} save={(name) => save(site, name)} />
      )}
      {canEdit() && view.value.filters.length === 0 && <p class="empty">{t('segment.how')}</p>}
    </div>
  );
}
