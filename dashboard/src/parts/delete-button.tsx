/** Deletes on the second click, and names what will be deleted. */
import { useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface Props {
  /** The label before the first click. */
  label: string;
  /** The name of what it deletes. */
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
