/** Where files of exports are kept, and what a place for them has to be able to do. */
import type { Readable } from 'node:stream';

const storeKinds = ['disk', 's3'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** Both ends included, as in HTTP. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface ExportStore {
  kind: StoreKind;
  /**
   * Keeps the chunks under a name that nobody else uses. Nobody sees a part of the file: it is whole, or not there. When the chunks
   * fail, nothing of them is left.
   */
  write(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Undefined for a file that is not there. */
  open(file: string, range: ByteRange): Promise<Readable | undefined>;
  /** The file, and what an attempt to write it has left; nothing when there is none. */
  remove(file: string): Promise<void>;
  /** Gives a file a second name, which people chose; absent where a store cannot. @throws ExportFailure when there is another file of that name. */
  addName?(file: string, name: string): Promise<void>;
  /** Takes the second name away where it is still one of that file. */
  removeName?(file: string, name: string): Promise<void>;
}

export interface ExportStores {
  /** Where new files go. */
  current: ExportStore;
  /** Where those are that were written there; undefined when that place is not configured any more. */
  of(kind: StoreKind): ExportStore | undefined;
}

/** Files in other places cannot be removed; whoever looks for some to remove would find them again and again, and none of the rest. */
export const reachableStores = (stores: ExportStores): StoreKind[] => storeKinds.filter((kind) => stores.of(kind));
