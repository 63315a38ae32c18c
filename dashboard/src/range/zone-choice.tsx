/** The time zone of days: the site's or the browser's. */
import { useEffect, useState } from 'preact/hooks';
import { sendJson } from '../api.ts';
import { t } from '../i18n/text.ts';
import { siteId } from '../scope.ts';
import { changeView, view } from '../view.ts';
import { browserZone, zone } from './zone.ts';

/** While another zone is chosen, results no longer name the site's own, so it is requested. */
function useSiteZone(): string | undefined {
  const { timezone } = view.value;
  const id = siteId.value;
  const [siteZone, setSiteZone] = useState<string | undefined>();
  useEffect(() => {
    if (timezone === undefined || id === undefined) return;
    sendJson<{ timezone: string }>(`/sites/${encodeURIComponent(id)}`).then(
      (site) => setSiteZone(site.timezone),
      // The option then has no zone name.
      () => setSiteZone(undefined),
    );
  }, [timezone, id]);
  return timezone === undefined ? zone.value : siteZone;
}

export function ZoneChoice() {
  const { timezone } = view.value;
  const siteZone = useSiteZone();
  const others = [...new Set([browserZone, ...(timezone ? [timezone] : [])])].filter((name) => name !== siteZone);
  return (
    <fieldset class="zones">
      <legend>{t('zone')}</legend>
      <label>
        <input
          {...{ type: 'radio', name: 'zone', checked: timezone === undefined }}
          onChange={() => changeView({ timezone: undefined })}
        />
        {siteZone ? t('zone.site', { zone: siteZone }) : t('zone.site.unknown')}
      </label>
      {others.map((name) => (
        <label key={name}>
          <input
            {...{ type: 'radio', name: 'zone', checked: timezone === name }}
            onChange={() => changeView({ timezone: name })}
          />
          {name === browserZone ? t('zone.browser', { zone: name }) : name}
        </label>
      ))}
    </fieldset>
  );
}
