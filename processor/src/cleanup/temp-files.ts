import { cleanExportFiles } from './clean-export-files.js';
import type { CleanupStep } from './cleanup-step.js';
import { dropOldMonths } from './drop-old-months.js';
import { expireExports } from './expire-exports.js';

export const tempFiles: CleanupStep[] = [expireExports, cleanExportFiles, dropOldMonths];
