/** The button of the settings. */
import { t } from '../i18n/text.ts';
import { withLater } from '../later.ts';
import { Menu } from './menu.tsx';
import { onDemand } from './on-demand.tsx';

const SettingsMenu = onDemand(async () => (await withLater(import('./settings-menu.tsx'))).SettingsMenu);

export const Settings = () => (
  <Menu name="settings" label={t('settings')} content={SettingsMenu}>
    <svg viewBox="0 0 14 12" aria-hidden="true">
      <path d="M1 2.5h6m4 0h2M1 9.5h2m4 0h6M9 1v3M5 8v3" />
    </svg>
  </Menu>
);
