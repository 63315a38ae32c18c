/** Delivers a report in a separate process: `node deliver-once.mjs <database> <mail server> <report> <lost after, in ms>`. */
import { Readable } from 'node:stream';
import { createLogger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import { deliverReport } from '../dist/delivery/deliver-report.js';

const [database, url, reportId, lostAfterMs] = process.argv.slice(2);
const logger = createLogger('test', 'silent');
const options = { max: 4, statementTimeoutMs: 60_000, applicationName: 'millrace-test' };
const deps = {
  pool: createPool(database, logger, options),
  openFile: async () => Readable.from([Buffer.from('a,b\n')]),
  mail: { url, from: 'reports@millrace.example' },
  webhookOptions: { allowPrivate: false },
  lostAfterMs: Number(lostAfterMs),
  logger,
};
await deliverReport(deps, 'demo', reportId).catch(() => {});
await deps.pool.end();
