/** Listens to the keys of a site's page once it is there, and shows the sheet that lists them. */
import { useEffect } from 'preact/hooks';
import { Lazy, type Loader } from '../parts/lazy.tsx';
import { isSheetOpen } from './sheet-state.ts';

const loadSheet: Loader = async () => (await import('./shortcut-sheet.tsx')).ShortcutSheet;

/** On every page. */
export const Sheet = () => (isSheetOpen.value ? <Lazy load={loadSheet} /> : null);

export function useKeys(): void {
  useEffect(() => {
    let isOver = false;
    let end: (() => void) | undefined;
    void import('./shortcuts.ts').then(({ listenToKeys }) => {
      if (!isOver) end = listenToKeys();
    });
    return () => {
      isOver = true;
      end?.();
    };
  }, []);
}
