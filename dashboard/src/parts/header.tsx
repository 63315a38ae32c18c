/** What stands at the top of every page. */
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/text.ts';
import { CurrentVisitors } from '../live/current-visitors.tsx';
import { isEmbedded, place, rootAddress, siteAddress } from '../place.ts';
import { siteId } from '../scope.ts';
import { mayOperate, session } from '../session.ts';
import { Settings } from './settings.tsx';
import { SiteNav } from './site-nav.tsx';

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
