/** The button of the settings. */
import { t } from '../i18n/text.ts';
import type { Loader } from './lazy.tsx';
import { Menu } from './menu.tsx';

const loadMenu: Loader = async () => (await import('./settings-menu.tsx')).SettingsMenu;

export const Settings = () => (
  <Menu name="settings" label={t('settings')} load={loadMenu}>
    <svg viewBox="0 0 14 12" aria-hidden="true">
      <path d="M1 2.5h6m4 0h2M1 9.5h2m4 0h6M9 1v3M5 8v3" />
    </svg>
  </Menu>
);
