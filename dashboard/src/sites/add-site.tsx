/** Creates a site before its first event, then opens it. */
import { useState } from 'preact/hooks';
import { ApiError, sendJson } from '../api.ts';
import { t } from '../i18n/text.ts';
import { DescribedField } from '../parts/described.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { TimeZoneField } from '../parts/time-zone-field.tsx';
import { browserZone } from '../range/zone.ts';
import { navigate, siteUrl } from '../router.ts';

const pathOf = (siteId: string) => `/sites/${encodeURIComponent(siteId)}`;

/** @throws ApiError */
async function isTaken(siteId: string): Promise<boolean> {
  try {
    await sendJson(pathOf(siteId));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** PUT on an existing id would change that site, so it is checked first. */
async function addSite(form: HTMLFormElement): Promise<void> {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name)).trim();
  const siteId = text('site_id');
  if (await isTaken(siteId)) {
    const field = form.elements.namedItem('site_id') as HTMLInputElement;
    field.setCustomValidity(t('sites.add.taken'));
    field.reportValidity();
    return;
  }
  const body = { timezone: text('timezone'), ...(text('name') !== '' && { name: text('name') }) };
  await sendJson(pathOf(siteId), { method: 'PUT', body });
  navigate(siteUrl(siteId));
}

function AddForm({ onCancel }: { onCancel: () => void }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    addSite(event.target as HTMLFormElement).catch(setProblem);
  };
  return (
    <form class="fields column" onSubmit={submit}>
      <DescribedField id="site-id-about" label={t('sites.add.id')} about={t('sites.add.id.rule')}>
        <input
          name="site_id"
          required
          maxLength={64}
          pattern="[A-Za-z0-9._\-]+"
          title={t('sites.add.id.rule')}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => event.currentTarget.setCustomValidity('')}
        />
      </DescribedField>
      <label>
        {t('site.name')}
        <input name="name" maxLength={200} autocomplete="off" />
      </label>
      <TimeZoneField initial={browserZone} />
      {problem ? <Problem problem={problem} /> : null}
      <div class="buttons">
        <button type="submit" class="primary">
          {t('sites.add')}
        </button>
        <button type="button" onClick={onCancel}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}

export function AddSite() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="primary" onClick={() => setOpen(true)}>
        {t('sites.add')}
      </button>
      {isOpen && (
        <Dialog label={t('sites.add')} onClose={() => setOpen(false)}>
          {(close) => (
            <>
              <h2>{t('sites.add')}</h2>
              <AddForm onCancel={close} />
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
