/** A read-only text that selects itself on focus, with a button that copies it. */
import { useId, useRef, useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';

interface Props {
  label: string;
  text: string;
  /** Several lines of code instead of one address. */
  isCode?: boolean;
}

export function CopyField({ label, text, isCode = false }: Props) {
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    field.current!.select();
    // Without TLS browsers have no clipboard API; the text is selected, so Ctrl+C copies it.
    await navigator.clipboard?.writeText(text);
    setCopied(navigator.clipboard !== undefined);
  };
  const shared = {
    id,
    ref: field,
    readOnly: true,
    value: text,
    spellcheck: false,
    onFocus: () => field.current!.select(),
  };
  return (
    <div class="copy">
      <label htmlFor={id}>{label}</label>
      {isCode ? <textarea {...shared} rows={4} /> : <input {...shared} />}
      <button type="button" aria-label={`${t('copy')}: ${label}`} onClick={() => copy().catch(() => setCopied(false))}>
        {t('copy')}
      </button>
      <span role="status">{isCopied ? t('copied') : ''}</span>
    </div>
  );
}
