import type { CleanupData } from '@millrace/shared/contract/job-data';
import type { CleanupResult } from '@millrace/shared/contract/job-results';
import { cleanExportFiles } from './clean-export-files.js';
import type { CleanupDeps, CleanupStep } from './cleanup-step.js';
import { dropOldMonths } from './drop-old-months.js';
import { expireExports } from './expire-exports.js';
import { expiredTokens } from './expired-tokens.js';
import { oldLogs } from './old-logs.js';

const stepsByType: Record<CleanupData['type'], CleanupStep[]> = {
  old_logs: oldLogs,
  expired_tokens: expiredTokens,
  temp_files: [expireExports, cleanExportFiles, dropOldMonths],
};

/** Runs all steps of a cleanup job; `onProgress` receives the percentage done. Safe to repeat. */
export async function cleanUp(
  deps: CleanupDeps,
  { type, olderThan }: CleanupData,
  onProgress: (percent: number) => Promise<unknown> | unknown = () => {},
): Promise<CleanupResult> {
  const total: CleanupResult = { removed: {}, kept: [] };
  const steps = stepsByType[type];
  for (const [index, step] of steps.entries()) {
    const { removed, kept } = await step(deps, olderThan);
    Object.assign(total.removed, removed);
    total.kept.push(...kept);
    await onProgress(Math.floor((100 * (index + 1)) / steps.length));
  }
  return total;
}
