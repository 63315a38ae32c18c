/** Deletes after a second click, with a name that says what. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface Props {
  /** What the first click is called. */
  label: string;
  /** What it is about. */
  name: string;
  class?: string;
  onDelete: () => void;
}

export function DeleteButton({ label, name, class: className = '', onDelete }: Props) {
  const [isSure, setSure] = useState(false);
  return (
    <button
      type="button"
      class={isSure ? `${className} danger` : className}
      aria-label={isSure ? t('sure.named', { name }) : `${label}: ${name}`}
      onClick={() => (isSure ? onDelete() : setSure(true))}
      onBlur={() => setSure(false)}
    >
      {isSure ? t('sure') : label}
    </button>
  );
}
