/** The interface of the places that keep export files. */
import type { Readable } from 'node:stream';

const storeKinds = ['disk', 's3'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Both ends are inclusive, as in HTTP. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface ExportStore {
  kind: StoreKind;
  /**
   * `file` must be unique. The write is atomic: readers see the complete file or none, and nothing is left if the chunks fail.
   */
  write(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Undefined if there is no such file. */
  open(file: string, range: ByteRange): Promise<Readable | undefined>;
  /** Removes the file and anything left of an attempt to write it. Does nothing if there is none. */
  remove(file: string): Promise<void>;
  /** Gives a file a second name, chosen by the user. Absent if the store cannot. @throws ExportFailure if another file has that name. */
  addName?(file: string, name: string): Promise<void>;
  /** Removes the second name if it still belongs to that file. */
  removeName?(file: string, name: string): Promise<void>;
}

export interface ExportStores {
  /** The store for new files. */
  current: ExportStore;
  /** Undefined if that kind of store is no longer configured. */
  of(kind: StoreKind): ExportStore | undefined;
}

/** Sweeps are limited to these: files in other stores cannot be removed, and would fill every batch. */
export const configuredStores = (stores: ExportStores): StoreKind[] => storeKinds.filter((kind) => stores.of(kind));
