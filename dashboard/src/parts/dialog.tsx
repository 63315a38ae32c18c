/** A window over the page: Esc, and a click beside it, close it, and the focus returns to where it was. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface DialogProps {
  /** Its name for those who do not see it. */
  label: string;
  class?: string;
  /** What shows it is to show it no longer. */
  onClose: () => void;
  children: (close: () => void) => ComponentChildren;
}

export function Dialog({ label, class: className = '', onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current!;
    shown.showModal();
    return () => {
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it, too.
    <dialog
      ref={dialog}
      class={`dialog ${className}`}
      aria-label={label}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      <div class="inside">{children(() => dialog.current?.close())}</div>
    </dialog>
  );
}

/** The last row of a dialog that has nothing to send. */
export const Closing = ({ close }: { close: () => void }) => (
  <div class="actions">
    <button type="button" class="control" onClick={close}>
      {t('close')}
    </button>
  </div>
);
