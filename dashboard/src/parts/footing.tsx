/** As of when the figures are right, and what they were counted from. */
import { formatTime } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { isEmbedded } from '../place.ts';
import { newest } from '../use-asked.ts';

export function Footing() {
  if (isEmbedded.value) return <footer class="mark">Millrace</footer>;
  const { at, source } = newest.value ?? {};
  return (
    <footer class="footing">
      {at && source ? t('foot.exact', { time: formatTime(at), source: textOr(`source.${source}`, source) }) : null}
    </footer>
  );
}
