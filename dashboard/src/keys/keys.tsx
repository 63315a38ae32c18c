/** Listens to the keys of a site's page, and shows the sheet that lists them. What they do comes once the first view is there. */
import { useEffect } from 'preact/hooks';
import { isFirstViewThere, withLater } from '../later.ts';
import { onDemand } from '../parts/on-demand.tsx';
import { prepareMoves } from '../range/choose-range.ts';
import { isSheetOpen } from './sheet-state.ts';

const ShortcutSheet = onDemand(async () => (await withLater(import('./shortcut-sheet.tsx'))).ShortcutSheet);

/** On every page. */
export const Sheet = () => (isSheetOpen.value ? <ShortcutSheet /> : null);

let act: ((event: KeyboardEvent) => void) | undefined;

async function loadActions(): Promise<void> {
  const [shortcuts] = await Promise.all([withLater(import('./shortcuts.ts')), prepareMoves()]);
  act = shortcuts.act;
}

/** Whoever is faster than the code waits for it. */
const hear = (event: KeyboardEvent) => (act ? act(event) : void loadActions().then(() => act?.(event)));

export function useKeys(): void {
  useEffect(() => {
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, []);
  const isSoon = isFirstViewThere.value;
  useEffect(() => {
    // A key asks for it again.
    if (isSoon) loadActions().catch(() => undefined);
  }, [isSoon]);
}
