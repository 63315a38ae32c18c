/** As of when the figures are right, and what they were counted from. */
import { formatTime } from '../format.ts';
import { t, textOr } from '../i18n/text.ts';
import { newest } from '../use-answer.ts';

export function Footing() {
  const { at, source } = newest.value ?? {};
  return (
    <footer class="footing">
      {at && source ? t('foot.exact', { time: formatTime(at), source: textOr(`source.${source}`, source) }) : null}
    </footer>
  );
}
