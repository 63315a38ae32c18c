import { type QueueEnvironment, queueLocation } from '@millrace/shared/platform/config';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { openQueue } from '@millrace/shared/queue/queue';
import { createGate, type Gate } from '../reading/gate.js';
import type { ExportsDependencies } from '../routes/exports-route.js';
import { createLinks } from './export-links.js';
import { type ExportEnvironment, exportLimitsOf, type PublicEnvironment } from './exports-config.js';
import { openStores } from './open-stores.js';
import { addExportJob, removeExportJob } from './queue-exports.js';

export interface OpenExports extends Omit<ExportsDependencies, 'writePool' | 'logger' | 'clock'> {
  /** Limits streamed files, each of which has its own database connection. */
  streams: Gate;
  close(): Promise<void>;
}

export function openExports(
  config: ExportEnvironment & QueueEnvironment & PublicEnvironment,
  writePool: Pool,
  logger: Logger,
): OpenExports {
  const handle = openQueue('data-export', queueLocation(config), logger);
  return {
    stores: openStores(config),
    links: createLinks(writePool, config.LINK_SECRET),
    publicUrl: config.PUBLIC_URL,
    quotaBytes: exportLimitsOf(config).quotaBytes,
    addJob: (id) => addExportJob(handle.queue, id),
    removeJob: (id) => removeExportJob(handle.queue, id),
    streams: createGate({ maxConcurrent: 4, maxWaiting: 20, maxWaitMs: 10_000 }),
    close: () => handle.close(),
  };
}
