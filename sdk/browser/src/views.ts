import { describePage, type Emit, type Fields, type Properties } from './event.js';
import { maxAddressLength, titleDelayMs } from './limits.js';
import type { Options } from './options.js';
import { on, safely } from './safely.js';

/** Counts views. Calls `onBegin` for each page, and `onEnd` when the visitor leaves the previous one. */
export function createViews({ hash, auto }: Options, emit: Emit, onBegin: (page: Fields) => void, onEnd: () => void) {
  let path = '';
  let referrer = document.referrer.slice(0, maxAddressLength);
  let settle = (): void => undefined;

  /** Starts a view of the current address; its title is read after `titleMs`. */
  const begin = (properties?: Properties, titleMs = 0): void => {
    settle();
    onEnd();
    const address = describePage().path;
    if (path && path !== address) referrer = path;
    path = address;
    let isSettled = false;
    // A pending view is settled before the next one starts, so it keeps its own path and referrer.
    settle = () => {
      if (isSettled) return;
      isSettled = true;
      const page = { ...describePage(), path, referrer };
      emit('view', properties, page);
      if (document.querySelector('[name=millrace-404]')) emit('not_found', {}, page);
      onBegin(page);
    };
    setTimeout(settle, titleMs);
  };

  const address = (href: string) => (hash ? href : href.split('#')[0]);
  const route = safely(() => {
    if (address(describePage().path) !== address(path)) begin({}, titleDelayMs);
  });

  let isWatching = auto === false;
  const watch = (): void => {
    // A page that is prerendered or opened in the background may never be seen.
    if (isWatching || document.hidden) return;
    isWatching = true;
    begin();
    on('pageshow', (event: PageTransitionEvent) => event.persisted && begin());
    on('popstate hashchange', route);
    for (const name of ['pushState', 'replaceState'] as const) {
      const change = history[name];
      history[name] = (...args) => {
        change.apply(history, args);
        route();
      };
    }
  };
  on('visibilitychange', watch);
  watch();

  return [begin, () => settle(), () => referrer] as const;
}
