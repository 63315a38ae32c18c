/** Lists the annotations in the range; users who can edit the site add and delete them. */

import { useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { formatSpan } from '../format-instant.ts';
import { t } from '../i18n/text.ts';
import { DeleteButton } from '../parts/delete-button.tsx';
import { Closing, Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { instantOf } from '../range/calendar.ts';
import { wallClock } from '../range/clock.ts';
import { zone } from '../range/zone.ts';
import { siteId } from '../scope.ts';
import { canEdit } from '../session.ts';
import {
  type Annotation,
  addressOf,
  annotationChanges,
  annotationKinds,
  annotations,
  areAnnotationsOpen,
} from './annotations.ts';

type NewAnnotation = Omit<Annotation, 'id'>;

/** @throws ApiError */
async function addAnnotation(site: string, annotation: NewAnnotation): Promise<void> {
  await sendJson(addressOf(site), { method: 'POST', body: annotation });
  annotationChanges.value += 1;
}

/** @throws ApiError */
async function deleteAnnotation(site: string, id: string): Promise<void> {
  await sendJson(addressOf(site, `/${encodeURIComponent(id)}`), { method: 'DELETE' });
  annotationChanges.value += 1;
}

function Listed({ site, annotation }: { site: string; annotation: Annotation }) {
  const [problem, setProblem] = useState<unknown>();
  const { id, at, until, kind, text } = annotation;
  return (
    <li>
      <strong>{t(`annotation.${kind}`)}</strong> <span class="text">{text}</span>
      <span class="faint">{formatSpan(at, until, zone.value)}</span>
      {canEdit() && (
        <DeleteButton
          {...{ class: 'minor', label: t('delete'), name: text }}
          onDelete={() => deleteAnnotation(site, id).catch(setProblem)}
        />
      )}
      {problem ? <Problem problem={problem} /> : null}
    </li>
  );
}

function AddFields() {
  const now = wallClock(zone.value, Date.now());
  return (
    <>
      <label>
        {t('annotation.at', { zone: zone.value })}
        <input {...{ name: 'at', type: 'datetime-local', required: true, defaultValue: now.slice(0, 16) }} />
      </label>
      <label>
        {t('annotation.until')}
        <input {...{ name: 'until', type: 'datetime-local' }} />
      </label>
      <label>
        {t('annotation.kind')}
        <select name="kind">
          {annotationKinds.toReversed().map((kind) => (
            <option key={kind} value={kind}>
              {t(`annotation.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('annotation.text')}
        <input {...{ name: 'text', type: 'text', required: true, maxLength: 500 }} />
      </label>
    </>
  );
}

function AddForm({ site }: { site: string }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = (name: string) => String(new FormData(form).get(name));
    const instant = (name: string) => instantOf(field(name).slice(0, 16), zone.value).toISOString();
    const until = field('until') === '' ? null : instant('until');
    const kind = annotationKinds.find((name) => name === field('kind')) ?? 'note';
    addAnnotation(site, { at: instant('at'), until, kind, text: field('text').trim() }).then(() => {
      setProblem(undefined);
      form.reset();
    }, setProblem);
  };
  return (
    <form onSubmit={submit}>
      <h3>{t('annotation.add')}</h3>
      <AddFields />
      {problem ? <Problem problem={problem} /> : null}
      <div class="actions">
        <button type="submit" class="control primary">
          {t('annotation.save')}
        </button>
      </div>
    </form>
  );
}

export function AnnotationsDialog() {
  const site = siteId.value;
  if (!site) return null;
  return (
    <Dialog label={t('annotations')} onClose={() => (areAnnotationsOpen.value = false)}>
      {(close) => (
        <>
          <h2>{t('annotations')}</h2>
          {annotations.value.length === 0 && <p class="empty">{t('annotations.none')}</p>}
          <ul class="annotations">
            {annotations.value.map((annotation) => (
              <Listed key={annotation.id} site={site} annotation={annotation} />
            ))}
          </ul>
          {canEdit() && <AddForm site={site} />}
          <Closing close={close} />
        </>
      )}
    </Dialog>
  );
}
