/** Whether the dialog of annotations is open. */
import { signal } from '@preact/signals';

export const areAnnotationsOpen = signal(false);
export const openAnnotations = () => {
  areAnnotationsOpen.value = true;
};
