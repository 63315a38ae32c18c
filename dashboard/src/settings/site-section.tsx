/** The name, time zone, hostnames and visit timeout of a site. */
import type { components } from '../api-types.d.ts';
import { t } from '../i18n/text.ts';
import { DescribedField } from '../parts/described.tsx';
import { TimeZoneField } from '../parts/time-zone-field.tsx';
import { refreshCount } from '../use-request.ts';
import type { Resource } from '../use-resource.ts';
import { Section } from './section.tsx';
import { textOf, useChange } from './use-change.ts';

export type Site = components['schemas']['Site'];

const changeOf = (form: FormData) => ({
  name: textOf(form, 'name') ?? null,
  timezone: textOf(form, 'timezone'),
  hostnames: (textOf(form, 'hostnames') ?? '').split(/[\s,]+/).filter((host) => host !== ''),
  session_minutes: Number(form.get('session_minutes')),
});

function Fields({ site }: { site: Site }) {
  return (
    <>
      <label>
        {t('site.name')}
        <input name="name" maxLength={200} defaultValue={site.name ?? ''} placeholder={site.site_id} />
      </label>
      <TimeZoneField initial={site.timezone} />
      <DescribedField id="hostnames-about" label={t('site.hostnames')} about={t('site.hostnames.about')}>
        <textarea name="hostnames" rows={3} spellcheck={false} defaultValue={site.hostnames.join('\n')} />
      </DescribedField>
      <DescribedField
        id="session-minutes-about"
        label={t('site.session_minutes')}
        about={t('site.session_minutes.about')}
      >
        <input
          name="session_minutes"
          type="number"
          required
          min={1}
          max={1440}
          defaultValue={String(site.session_minutes)}
        />
      </DescribedField>
    </>
  );
}

export function SiteSection({ path, loaded }: { path: string; loaded: Resource<Site> }) {
  const { value: site, problem, reload } = loaded;
  const change = useChange();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const body = changeOf(new FormData(event.target as HTMLFormElement));
    change.send(path, { method: 'PATCH', body }, () => {
      reload();
      // Days and visits may have changed.
      refreshCount.value += 1;
    });
  };
  return (
    <Section name="site" problem={problem} refusal={change.problem}>
      {site && (
        <form class="fields column" onSubmit={submit}>
          <Fields site={site} />
          <div class="buttons">
            <button type="submit" class="primary" disabled={change.isSending}>
              {t('save')}
            </button>
            <span role="status">{change.isDone ? t('saved') : ''}</span>
          </div>
        </form>
      )}
    </Section>
  );
}
