/** What stands at the top of every page. */

import type { ComponentChildren } from 'preact';
import { withLater } from '../deferred.ts';
import { t } from '../i18n/text.ts';
import { CurrentVisitors } from '../live/current-visitors.tsx';
import { isEmbedded, place, rootAddress, siteAddress } from '../router.ts';
import { siteId } from '../scope.ts';
import { mayChange, mayOperate, session } from '../session.ts';
import { pageAddress } from '../view.ts';
import { onDemand } from './lazy.tsx';
import { Menu } from './menu.tsx';

const SettingsMenu = onDemand(async () => (await withLater(import('./settings-menu.tsx'))).SettingsMenu);

const Settings = () => (
  <Menu name="settings" label={t('settings')} content={SettingsMenu}>
    <svg viewBox="0 0 14 12" aria-hidden="true">
      <path d="M1 2.5h6m4 0h2M1 9.5h2m4 0h6M9 1v3M5 8v3" />
    </svg>
  </Menu>
);

const pages = ['site', 'funnels', 'retention', 'journeys', 'settings'] as const;

function SiteNav({ siteId }: { siteId: string }) {
  const shown = pages.filter((page) => page !== 'settings' || (mayChange() && session.value?.auth !== 'share'));
  return (
    <nav class="site-nav" aria-label={t('nav')}>
      {shown.map((page) => (
        <a
          key={page}
          href={pageAddress(siteId, page)}
          data-page
          aria-current={place.value.page === page ? 'page' : undefined}
        >
          {t(`nav.${page}`)}
        </a>
      ))}
    </nav>
  );
}

export function Header({ children }: { children?: ComponentChildren }) {
  if (isEmbedded.value) return null;
  return (
    <header class="header">
      {place.value.slug === undefined && (
        <a href={rootAddress()} data-page class="brand">
          Millrace
        </a>
      )}
      {siteId.value && (
        <h1>
          <a href={siteAddress(siteId.value)} data-page>
            {siteId.value}
          </a>
        </h1>
      )}
      {place.value.slug !== undefined && session.value?.name && <span class="faint">{session.value.name}</span>}
      <CurrentVisitors />
      {children}
      {place.value.page === 'sites' && mayOperate() && (
        <a href={rootAddress('operator')} data-page>
          {t('operator')}
        </a>
      )}
      <Settings />
      {siteId.value && <SiteNav siteId={siteId.value} />}
    </header>
  );
}
