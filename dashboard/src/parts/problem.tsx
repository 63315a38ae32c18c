/** What went wrong, and what to do about it. */
import { ApiError, isOffline } from '../api.ts';
import { t } from '../i18n/text.ts';
import { refreshes } from '../use-asked.ts';

/** What is said about it. */
export function sentence(problem: unknown): string {
  if (isOffline(problem)) return t('problem.offline');
  if (problem instanceof ApiError) return problem.message || t('problem.status', { status: problem.status });
  return t('problem.page');
}

export function Problem({ problem }: { problem: unknown }) {
  return (
    <div class="problem" role="alert">
      <p>{sentence(problem)}</p>
      <button type="button" onClick={() => (refreshes.value += 1)}>
        {t('problem.again')}
      </button>
    </div>
  );
}
