import { createDiskStore } from './disk-store.js';
import type { ExportStore, ExportStores, StoreKind } from './export-store.js';
import type { ExportEnvironment } from './exports-config.js';
import { createS3Store, s3SettingsOf } from './s3-store.js';

/** New files go to S3 if it is configured, otherwise to `EXPORT_DIR`. */
export function openStores(env: ExportEnvironment): ExportStores {
  const settings = s3SettingsOf(env);
  const stores: Record<StoreKind, ExportStore | undefined> = {
    disk: createDiskStore(env.EXPORT_DIR),
    s3: settings && createS3Store(settings),
  };
  return { current: stores.s3 ?? stores.disk!, of: (kind) => stores[kind] };
}
