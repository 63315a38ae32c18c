import { describePage, type Emit, type Fields, type Properties } from './event.js';
import { maxAddressLength, titleDelayMs } from './limits.js';
import type { Options } from './options.js';
import { on, safely } from './safely.js';

/** Counts views. `onBegin` is told of each page, and `onEnd` when the page before it is over. */
export function createViews({ hash, auto }: Options, emit: Emit, onBegin: (page: Fields) => void, onEnd: () => void) {
  let path = '';
  let referrer = document.referrer.slice(0, maxAddressLength);
  let settle = (): void => undefined;

  /** Counts a view of the address that the page has now; its title is read `titleMs` later. */
  const begin = (properties?: Properties, titleMs = 0): void => {
    settle();
    onEnd();
    const address = describePage().path;
    if (path && path !== address) referrer = path;
    path = address;
    let isSettled = false;
    // Begun views are settled before the next one begins, so that path and referrer are still theirs.
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
    // A page that is loaded in the background, or ahead of time, may never be seen.
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
