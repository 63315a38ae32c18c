/** Turns what was only for a time into nothing: export files, parts of them, and months of raw events. */

import { cleanExportFiles } from './clean-export-files.js';
import type { CleanupStep } from './cleanup-step.js';
import { dropOldMonths } from './drop-old-months.js';

export const tempFiles: CleanupStep[] = [cleanExportFiles, dropOldMonths];
