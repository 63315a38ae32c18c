/** Handles keys on the pages of a site, and shows the shortcut sheet. The code behind the keys loads after the first view. */
import { useEffect } from 'preact/hooks';
import { isFirstViewLoaded, withDeferred } from '../deferred.ts';
import { lazy } from '../parts/lazy.tsx';
import { prepareMoves } from '../range/choose-range.ts';
import { isSheetOpen } from './keys-state.ts';

const ShortcutSheet = lazy(async () => (await withDeferred(import('./shortcut-sheet.tsx'))).ShortcutSheet);

/** Rendered on every page. */
export const Sheet = () => (isSheetOpen.value ? <ShortcutSheet /> : null);

type Act = (event: KeyboardEvent) => void;
let act: Act | undefined;
let loading: Promise<Act> | undefined;

async function load(): Promise<Act> {
  const [shortcuts] = await Promise.all([withDeferred(import('./shortcuts.ts')), prepareMoves()]);
  act = shortcuts.act;
  return act;
}

/** Loads once, so that keys act in the order they were pressed; after a failure the next key tries again. */
function loadActions(): Promise<Act | undefined> {
  loading ??= load();
  return loading.catch(() => {
    loading = undefined;
    return undefined;
  });
}

/** Keys pressed while the code is loading wait for it. */
const hear = (event: KeyboardEvent) => (act ? act(event) : void loadActions().then((loaded) => loaded?.(event)));

export function useKeys(): void {
  useEffect(() => {
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
  const isSoon = isFirstViewLoaded.value;
  useEffect(() => {
    if (isSoon) void loadActions();
  }, [isSoon]);
}
