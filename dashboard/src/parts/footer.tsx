/** Says how recent the figures are and what they were computed from. */
import { formatTime } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { isEmbedded } from '../router.ts';
import { latestResult } from '../use-request.ts';

function footerText(at: number | undefined): string | null {
  if (at !== undefined) return t('foot.as_of', { time: formatTime(at) });
  const { at: resultAt, source } = latestResult.value ?? {};
  if (!resultAt || !source) return null;
  return t('foot.exact', { time: formatTime(resultAt), source: textOr(`source.${source}`, source) });
}

/** `at`, in milliseconds since 1970, is for figures that do not come from a query. */
export const Footer = ({ at }: { at?: number }) => (
  <footer class={isEmbedded.value ? 'embedded' : 'footing'}>
    {footerText(at)} {isEmbedded.value && 'Millrace'}
  </footer>
);
