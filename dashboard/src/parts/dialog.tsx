/** A modal dialog that closes with Esc or a click outside, and restores the focus. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface DialogProps {
  /** The accessible name. */
  label: string;
  class?: string;
  /** Called after closing; the parent then stops rendering it. */
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
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it too.
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

/** The last row of a dialog without a form. */
export const Closing = ({ close }: { close: () => void }) => (
  <div class="actions">
    <button type="button" class="control" onClick={close}>
      {t('close')}
    </button>
  </div>
);
