import { signal } from '@preact/signals';
import type { Filter } from '../view.ts';

/** Undefined: the dialog is closed. Without a filter: it adds a new one. */
export const editedFilter = signal<{ filter?: Filter } | undefined>(undefined);

export const openFilterDialog = (filter?: Filter): void => {
  editedFilter.value = filter ? { filter } : {};
};
