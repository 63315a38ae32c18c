import { withDeferred } from '../deferred.ts';
import { t } from '../i18n/text.ts';
import { lazy } from '../parts/lazy.tsx';
import { Menu } from '../parts/menu.tsx';
import { savedSegments } from '../saved-segments.ts';
import { canEdit } from '../session.ts';
import { openFilterDialog } from './edited-filter.ts';

const SegmentsMenu = lazy(async () => (await withDeferred(import('./segments-menu.tsx'))).SegmentsMenu);

export function FilterPicker() {
  return (
    <div class="filter-picker">
      <button type="button" class="control" onClick={() => openFilterDialog()}>
        <svg viewBox="0 0 14 12" aria-hidden="true">
          <path d="M1 1h12M3 6h8M5.5 11h3" />
        </svg>
        {t('filter')}
      </button>
      {(canEdit() || (savedSegments.value ?? []).length > 0) && (
        <Menu name="segments" content={SegmentsMenu}>
          {t('segments')}
        </Menu>
      )}
    </div>
  );
}
