/** Chooses a time zone by its name. */
import { t } from '../i18n/text.ts';

/** Those the browser knows, and `one` in any case: the server may know more. */
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
