/** Clicking a value filters by it; with Shift it excludes it, with Ctrl or Cmd it opens it. */
import type { Tab } from '../panels/panel.ts';
import { addFilters } from '../view.ts';

const isPage = (dimension: string) => ['path', 'entry_page', 'exit_page'].includes(dimension);

export const canOpen = (dimension: string, value: string | null): value is string =>
  value !== null && (dimension === 'property:url' || (isPage(dimension) && /^(\/|https?:)/.test(value)));

const filterByValue = ({ dimension, clickFilters = [] }: Tab, value: string | null): void =>
  addFilters([...clickFilters, ['is', dimension, [value]]]);

export const excludeValue = ({ dimension }: Tab, value: string | null): void =>
  addFilters([['is_not', dimension, [value]]]);

let opening: typeof import('./open-value.ts') | undefined;

/** Called before the click, since some browsers open windows only synchronously. */
export async function prepareOpening(): Promise<void> {
  opening ??= await import('./open-value.ts');
  await opening.prepareHost();
}

/** Browsers allow opening a window for a few seconds after a click. */
function openSoon(value: string): void {
  if (opening?.isPrepared()) opening.openValue(value);
  else void prepareOpening().then(() => opening?.openValue(value));
}

export function chooseValue({ ctrlKey, metaKey, shiftKey }: MouseEvent, tab: Tab, value: string | null): void {
  if ((ctrlKey || metaKey) && canOpen(tab.dimension, value)) openSoon(value);
  else if (shiftKey) excludeValue(tab, value);
  else filterByValue(tab, value);
}
