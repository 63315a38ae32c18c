import { t } from '../i18n/text.ts';

/** All zones of the browser, plus `one`: the server may support others. */
const zonesWith = (one: string) => [...new Set([one, 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort();

export const TimeZoneField = ({ initial }: { initial: string }) => (
  <label>
    {t('site.timezone')}
    <select name="timezone">
      {zonesWith(initial).map((zone) => (
        <option key={zone} value={zone} selected={zone === initial}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </select>
  </label>
);
