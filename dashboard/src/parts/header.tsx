import type { ComponentChildren } from 'preact';
import { withDeferred } from '../deferred.ts';
import { t } from '../i18n/text.ts';
import { CurrentVisitors } from '../live/current-visitors.tsx';
import { isEmbedded, rootUrl, route, siteUrl } from '../router.ts';
import { siteId } from '../scope.ts';
import { canEdit, canOperate, session } from '../session.ts';
import { pageUrl } from '../view.ts';
import { lazy } from './lazy.tsx';
import { Menu } from './menu.tsx';

const SettingsMenu = lazy(async () => (await withDeferred(import('./settings-menu.tsx'))).SettingsMenu);

const Settings = () => (
  <Menu name="settings" label={t('settings')} content={SettingsMenu}>
    <svg viewBox="0 0 14 12" aria-hidden="true">
      <path d="M1 2.5h6m4 0h2M1 9.5h2m4 0h6M9 1v3M5 8v3" />
    </svg>
  </Menu>
);

const pages = ['site', 'funnels', 'retention', 'journeys', 'settings'] as const;

function SiteNav({ siteId }: { siteId: string }) {
  const shown = pages.filter((page) => page !== 'settings' || (canEdit() && session.value?.auth !== 'share'));
  return (
    <nav class="site-nav" aria-label={t('nav')}>
      {shown.map((page) => (
        <a
          key={page}
          href={pageUrl(siteId, page)}
          data-page
          aria-current={route.value.page === page ? 'page' : undefined}
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
      {route.value.slug === undefined && (
        <a href={rootUrl()} data-page class="brand">
          Millrace
        </a>
      )}
      {siteId.value && (
        <h1>
          <a href={siteUrl(siteId.value)} data-page>
            {siteId.value}
          </a>
        </h1>
      )}
      {route.value.slug !== undefined && session.value?.name && <span class="faint">{session.value.name}</span>}
      <CurrentVisitors />
      {children}
      {route.value.page === 'sites' && canOperate() && (
        <a href={rootUrl('operator')} data-page>
          {t('operator')}
        </a>
      )}
      <Settings />
      {siteId.value && <SiteNav siteId={siteId.value} />}
    </header>
  );
}
