/** Offers to show all time when the range has no visitors. */
import { t } from '../i18n/text.ts';
import { changeView, view } from '../view.ts';

export function NothingHere() {
  const { range, filters, segment } = view.value;
  if (range === 'all' || filters.length > 0 || segment) return null;
  return (
    <p class="empty">
      {t('panel.empty')}{' '}
      <button type="button" class="link" onClick={() => changeView({ range: 'all' })}>
        {t('range.show_all')}
      </button>
    </p>
  );
}
