/** Says, in one place, that Millrace does not answer. */
import { isReachable } from '../api.ts';
import { t } from '../i18n/text.ts';

export const OfflineNote = () => (
  <div role="status" class={isReachable.value ? 'unseen' : 'offline'}>
    {isReachable.value ? null : t('problem.offline')}
  </div>
);
