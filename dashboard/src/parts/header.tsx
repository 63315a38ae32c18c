/** What stands at the top of every page. */
import type { ComponentChildren } from 'preact';
import { place, rootAddress, siteAddress } from '../place.ts';
import { siteId } from '../scope.ts';
import { Settings } from './settings.tsx';

export function Header({ children }: { children?: ComponentChildren }) {
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
      {children}
      <Settings />
    </header>
  );
}
