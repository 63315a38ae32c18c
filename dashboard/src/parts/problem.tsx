/** An error message with an optional button to retry. */
import { ApiError, isOffline } from '../api.ts';
import { t } from '../i18n/text.ts';

export function problemText(problem: unknown): string {
  if (isOffline(problem)) return t('problem.offline');
  if (problem instanceof ApiError) return problem.message || t('problem.status', { status: problem.status });
  return t('problem.page');
}

interface Props {
  problem: unknown;
  /** Absent where a retry would not help. */
  again?: () => void;
}

export function Problem({ problem, again }: Props) {
  return (
    <div class="problem" role="alert">
      <p>{problemText(problem)}</p>
      {again && (
        <button type="button" onClick={again}>
          {t('problem.again')}
        </button>
      )}
    </div>
  );
}
