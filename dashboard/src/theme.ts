/** Light or dark: as the system has it, unless the reader, or the address of an embedded page, says otherwise. */
import { signal } from '@preact/signals';
import { readStored, writeStored } from './stored.ts';

export const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const kept = 'millrace.theme';
const asTheme = (text: string | null): Theme => themes.find((name) => name === text) ?? 'system';

export const theme = signal<Theme>('system');
/** Grows when colours have changed, for what is drawn with them. */
export const colours = signal(0);

function apply(): void {
  document.documentElement.dataset.theme = theme.value;
  colours.value += 1;
}

export function setTheme(next: Theme): void {
  theme.value = next;
  writeStored(kept, next);
  apply();
}

export function followTheme(): void {
  theme.value = asTheme(new URLSearchParams(location.search).get('theme') ?? readStored(kept));
  apply();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
}
