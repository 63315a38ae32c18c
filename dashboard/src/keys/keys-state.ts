/** Whether the shortcut sheet is open, and whether single-key shortcuts are enabled. */
import { signal } from '@preact/signals';
import { readStored, writeStored } from '../stored.ts';

export const isSheetOpen = signal(false);
export const openSheet = () => {
  isSheetOpen.value = true;
};

const storageKey = 'millrace.keys';

/** Users of speech input, or those who hit keys by accident, can turn them off (WCAG 2.1.4). */
export const areKeysOn = signal(readStored(storageKey) !== 'off');

export function setKeys(isOn: boolean): void {
  areKeysOn.value = isOn;
  writeStored(storageKey, isOn ? null : 'off');
}
