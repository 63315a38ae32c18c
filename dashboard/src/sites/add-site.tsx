/** Makes a site before its first event, and goes to its page. */
import { useRef, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { t } from '../i18n/text.ts';
import { Described } from '../parts/described.tsx';
import { Problem } from '../parts/problem.tsx';
import { TimeZoneField } from '../parts/time-zone-field.tsx';
import { goTo, siteAddress } from '../place.ts';

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

async function addSite(form: FormData): Promise<void> {
  const text = (name: string) => String(form.get(name)).trim();
  const siteId = text('site_id');
  const body = { timezone: text('timezone'), ...(text('name') !== '' && { name: text('name') }) };
  await sendJson(`/sites/${encodeURIComponent(siteId)}`, { method: 'PUT', body });
  goTo(siteAddress(siteId));
}

/** The site of an id that is taken would be changed, not added; `taken` says which there are. */
function AddForm({ taken, onCancel }: { taken: ReadonlySet<string>; onCancel: () => void }) {
  const [problem, setProblem] = useState<unknown>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    addSite(new FormData(event.target as HTMLFormElement)).catch(setProblem);
  };
  const check = (input: HTMLInputElement) =>
    input.setCustomValidity(taken.has(input.value.trim()) ? t('sites.add.taken') : '');
  return (
    <form class="fields column" onSubmit={submit}>
      <Described id="site-id-about" label={t('sites.add.id')} about={t('sites.add.id.rule')}>
        <input
          name="site_id"
          required
          maxLength={64}
          pattern="[A-Za-z0-9._\-]+"
          title={t('sites.add.id.rule')}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => check(event.currentTarget)}
        />
      </Described>
      <label>
        {t('site.name')}
        <input name="name" maxLength={200} autocomplete="off" />
      </label>
      <TimeZoneField initial={ownZone()} />
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

export function AddSite({ taken }: { taken: ReadonlySet<string> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    setOpen(true);
    dialog.current!.showModal();
  };
  return (
    <>
      <button type="button" class="primary" onClick={open}>
        {t('sites.add')}
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="add-site" onClose={() => setOpen(false)}>
        <h2 id="add-site">{t('sites.add')}</h2>
        {isOpen && <AddForm taken={taken} onCancel={() => dialog.current!.close()} />}
      </dialog>
    </>
  );
}
