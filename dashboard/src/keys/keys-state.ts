/** Whether the sheet of keyboard shortcuts is shown, and whether single keys do something at all. */
import { signal } from '@preact/signals';
import { readStored, writeStored } from '../stored.ts';

export const isSheetOpen = signal(false);
export const openSheet = () => {
  isSheetOpen.value = true;
};

const storageKey = 'millrace.keys';

/** Whoever speaks to the computer, or hits keys by accident, can switch them off (WCAG 2.1.4). */
export const areKeysOn = signal(readStored(storageKey) !== 'off');

export function setKeys(isOn: boolean): void {
  areKeysOn.value = isOn;
  writeStored(storageKey, isOn ? null : 'off');
}
