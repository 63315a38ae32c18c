/** Light or dark: the system's preference, unless the user, or the address of an embedded page, chooses. */
import { signal } from '@preact/signals';
import { readStored, writeStored } from './stored.ts';

export const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const storageKey = 'millrace.theme';
const asTheme = (text: string | null): Theme => themes.find((name) => name === text) ?? 'system';

export const theme = signal<Theme>('system');
/** Increments when colours change, so that the chart is redrawn. */
export const colourVersion = signal(0);

function apply(): void {
  document.documentElement.dataset.theme = theme.value;
  colourVersion.value += 1;
}

export function setTheme(next: Theme): void {
  theme.value = next;
  writeStored(storageKey, next);
  apply();
}

export function initTheme(): void {
  theme.value = asTheme(new URLSearchParams(location.search).get('theme') ?? readStored(storageKey));
  apply();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
}
